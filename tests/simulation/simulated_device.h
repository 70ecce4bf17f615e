// One Mac with its agent: machine, disk, link to the server, and the process that crashes and starts again.
// Everything but the Mac, the disk and the link dies with the process.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/daemon/agent.h"
#include "agent/session/simulated/simulated_backend.h"
#include "agent/signals/simulated/simulated_prober.h"
#include "agent/signals/simulated/simulated_signals.h"
#include "core/event/time_class.h"
#include "sim/simulated_mac.h"
#include "sim/vfs/memory_vfs.h"
#include "tests/simulation/direct_transport.h"
#include "tests/simulation/machine_time.h"

namespace holdfast::simulation {

class SimulatedDevice {
 public:
  SimulatedDevice(sim::VirtualTime& world, ServerPort& server, std::string name, uint8_t number,
                  std::string token, uint64_t seed);
  ~SimulatedDevice();

  // Starts the agent; it must not be running.
  void Start();
  // The process dies where it stands. With power loss the machine boots anew: its Mac reboots too.
  void Kill();
  void LosePower(sim::Loss loss);
  // SIGTERM: the agent says goodbye; `done` runs once.
  void StopCleanly(std::function<void()> done);
  bool running() const { return process_ != nullptr; }

  void SetLink(bool up);
  Link& link() { return link_; }
  sim::SimulatedMac& mac() { return mac_; }
  sim::MemoryVfs& disk() { return disk_; }
  MachineTime& time() { return time_; }
  const Uuid& service() const { return service_; }
  const std::string& name() const { return name_; }
  EngineView View() const;
  control::StatusView Status() const;

  // Every row of the journal, ascending. The agent must not be running.
  std::vector<journal::Row> Rows();
  uint64_t AckedThrough();

  void Nudge(const Uuid& device, absl::Duration jitter);

 private:
  struct Process;
  std::unique_ptr<journal::Journal> OpenJournal(journal::OpenReport* report);

  sim::VirtualTime& world_;
  ServerPort& server_;
  const std::string name_;
  const std::string token_;
  SplitMix64 random_;
  SeededRandom entropy_;
  MachineTime time_;
  sim::MemoryVfs disk_;
  platform::MemoryStateFiles files_;
  sim::SimulatedMac mac_;
  Link link_;
  Uuid service_;
  std::unique_ptr<Process> process_;
};

}  // namespace holdfast::simulation

// One Mac with its agent: machine, disk, link to the server, and the process that crashes and starts again.
// Everything but the Mac, the disk and the link dies with the process.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/daemon/agent.h"
#include "agent/session/simulated/simulated_backend.h"
#include "agent/signals/simulated/simulated_prober.h"
#include "agent/signals/simulated/simulated_signals.h"
#include "sim/darwin/darwin_mac.h"
#include "sim/simulated_mac.h"
#include "sim/vfs/memory_vfs.h"
#include "tests/simulation/direct_transport.h"
#include "tests/simulation/machine_time.h"
#include "tests/simulation/watcher.h"

namespace holdfast::simulation {

// The configurations that every Mac of a world has, each in a profile of its own.
enum class Vpn : uint8_t { kCorp, kVendor, kSignIn, kPrivate };
inline constexpr size_t kVpns = 4;
inline constexpr std::array<const char*, kVpns> kVpnNames = {"Corp VPN", "Vendor Tunnel", "Sign-in VPN",
                                                             "Private VPN"};
inline constexpr std::array<const char*, kVpns> kGateways = {"vpn.example.com", "vendor.example.com",
                                                             "signin.example.com", "private.example.net"};
inline constexpr char kVendorExtension[] = "com.example.vendor.tunnel";

struct DeviceOptions {
  std::string name;
  uint8_t number = 1;  // distinct within a world
  std::string token;
  uint64_t seed = 1;
  // Its sessions go through the adapter that a Mac has, over the simulated Mac's library.
  bool darwin = false;
  std::string hardware;  // what serial number and platform UUID are made of; empty: the name
};

class SimulatedDevice {
 public:
  // All must outlive it.
  SimulatedDevice(sim::VirtualTime& world, ServerPort& server, Watcher& watcher,
                  const DeviceOptions& options);
  ~SimulatedDevice();

  // Starts the agent; it must not be running, and the machine must be awake.
  void Start();
  // The process dies where it stands. With power loss the machine boots anew: its Mac reboots too, and
  // stands still until PowerOn.
  void Kill();
  void LosePower(sim::Loss loss);
  void PowerOn();
  // SIGTERM: the agent says goodbye; `done` runs once.
  void StopCleanly(std::function<void()> done);
  bool running() const { return process_ != nullptr; }

  // The machine with its agent: what runs on it stands still while it sleeps.
  void Sleep();
  void Wake();
  void DarkWake();
  bool asleep() const { return mac_.asleep(); }
  bool powered() const { return powered_; }

  // Installs a configuration. Another `generation` is another UUID; `name` empty: the usual one.
  void Install(Vpn vpn, uint32_t generation = 0, const std::string& name = "");
  void Remove(Vpn vpn);
  const Uuid& service(Vpn vpn = Vpn::kCorp) const { return services_[static_cast<size_t>(vpn)]; }

  void SetLink(bool up);
  Link& link() { return link_; }
  sim::SimulatedMac& mac() { return mac_; }
  sim::MemoryVfs& disk() { return disk_; }
  MachineTime& time() { return time_; }
  const std::string& name() const { return name_; }
  EngineView View() const;
  // What holdfastctl shows. The agent must be running.
  control::StatusView Status() const;
  // As a person with holdfastctl. The agent must be running.
  void Request(const UserRequest& request, const std::string& service);

  // Every row of the journal, ascending, its chain verified. The agent must not be running.
  std::vector<journal::Row> Rows();
  uint64_t AckedThrough();

  void Nudge(const Uuid& device, absl::Duration jitter);

  // What a copy of the other one's disk brings along: identity, policies, journal. Neither agent may be
  // running.
  void CopyStateFrom(const SimulatedDevice& other);

 private:
  struct Process;
  std::unique_ptr<session::Backend> MakeBackend(Process& process);
  std::unique_ptr<journal::Journal> OpenJournal(journal::OpenReport* report);
  void EndProcess();

  sim::VirtualTime& world_;
  ServerPort& server_;
  Watcher& watcher_;
  const std::string name_;
  const std::string hardware_;
  const std::string token_;
  SplitMix64 random_;
  SeededRandom entropy_;
  MachineTime time_;
  sim::MemoryVfs disk_;
  platform::MemoryStateFiles files_;
  sim::SimulatedMac mac_;
  std::unique_ptr<sim::DarwinMac> darwin_;  // may be null
  Link link_;
  std::array<Uuid, kVpns> services_;
  bool powered_ = true;
  uint64_t power_serial_ = 0;  // a sleep that was overtaken does not happen
  std::unique_ptr<Process> process_;
  Lifetime lifetime_;
};

}  // namespace holdfast::simulation

// A server, some Macs, and trouble by seed: agent, journal, uplink and server logic in one thread on virtual
// time.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/sha256.h"
#include "tests/simulation/simulated_device.h"
#include "tests/simulation/simulated_server.h"

namespace holdfast::simulation {

struct WorldOptions {
  uint64_t seed = 1;
  int devices = 2;
  absl::Duration trouble_every = absl::Minutes(4);  // mean time between faults of one device
};

class World {
 public:
  explicit World(const WorldOptions& options);

  // Faults strike while it runs.
  void RunWithTrouble(absl::Duration duration);
  // Every fault is mended, then it runs on in peace.
  void HealAndRun(absl::Duration duration);
  // Stops the agents and checks what must hold whatever happened. Failures are GoogleTest's.
  void Check();

  // Depends on everything that was recorded anywhere.
  Sha256Digest Trace();

  SimulatedServer& server() { return server_; }
  SimulatedDevice& device(size_t i) { return *devices_[i].device; }
  sim::VirtualTime& time() { return time_; }

 private:
  struct Inhabitant {
    std::unique_ptr<SimulatedDevice> device;
    absl::Duration truly_connected;  // by looking at the Mac itself, each second
    std::vector<std::string> story;  // what struck, for the reader of a failure
  };
  void Strike(Inhabitant& who);
  void StrikeNetwork(Inhabitant& who);
  void StrikeMachine(Inhabitant& who);
  void StrikeAgent(Inhabitant& who);
  void StrikeServer();
  void Later(absl::Duration about, std::function<void()> work);
  void Tell(Inhabitant& who, const std::string& what);
  void PlanTrouble(size_t i);
  void Watch();
  void CheckDevice(Inhabitant& who);
  void CheckReport(Inhabitant& who, const server::ComplianceReport& report);

  const WorldOptions options_;
  sim::VirtualTime time_;
  SplitMix64 random_;
  SimulatedServer server_;
  std::vector<Inhabitant> devices_;
  ServerTime began_;
  bool trouble_ = false;
  bool healed_ = false;
};

}  // namespace holdfast::simulation

// A server, some Macs, and trouble by seed: agent, journal, uplink and server logic in one thread on virtual
// time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/simulation/final_checks.h"
#include "tests/simulation/trouble.h"

namespace holdfast::simulation {

struct WorldOptions {
  uint64_t seed = 1;
  int devices = 2;
  absl::Duration trouble_every = absl::Minutes(15);  // mean time between strikes at one device
  bool policies_change = true;                       // else every policy is the plain one
  bool darwin = true;                                // every third Mac has the adapter that a Mac has
  // Reads everything that happens, line by line; null: nobody, which is faster.
  std::function<void(const std::string&)> trace;
};

class World final : public Chronicle {
 public:
  explicit World(const WorldOptions& options);
  ~World() override;

  // Trouble strikes while it runs.
  void RunWithTrouble(absl::Duration duration);
  // Everything is mended, then it runs on in peace: long enough for everything to come right.
  void HealAndRun(absl::Duration duration);
  // Stops the agents and judges what must hold whatever happened.
  void Check();
  // The journals grew with what struck, not with time; for worlds in which nothing else happened.
  void CheckRows();

  // What was found broken, each as one sentence with device and time; the first ones.
  const std::vector<std::string>& violations() const { return violations_; }
  // Depends on everything that any engine was given and did, and on every row of every journal. After Check.
  std::string Digest() const;

  absl::Duration AwakeTime() const;  // of all devices together
  uint64_t rows() const;
  uint64_t steps() const;
  uint64_t strikes() const { return trouble_.strikes(); }

  SimulatedServer& server() { return server_; }
  SimulatedDevice& device(size_t i) { return *inhabitants_[i].device; }
  sim::VirtualTime& time() { return time_; }

 private:
  void OnBroken(const std::string& device, const std::string& what) override;
  bool told() const override { return options_.trace != nullptr; }
  void Tell(const std::string& device, const std::string& what) override;

  const WorldOptions options_;
  sim::VirtualTime time_;
  std::vector<std::string> violations_;
  SimulatedServer server_;
  std::vector<Inhabitant> inhabitants_;
  Trouble trouble_;
  ServerTime began_;
  bool healed_ = false;
  std::vector<Sha256Digest> heads_;
};

}  // namespace holdfast::simulation

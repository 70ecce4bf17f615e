// Liveness probes through the tunnels of a simulated Mac.
#pragma once

#include <functional>
#include <memory>

#include "agent/signals/prober.h"
#include "base/executor.h"
#include "sim/simulated_mac.h"

namespace holdfast::signals {

class SimulatedProber final : public Prober {
 public:
  // All must outlive it. Probes that are under way when it is destroyed are never answered.
  SimulatedProber(sim::SimulatedMac& mac, const Clock& clock, Executor& executor)
      : mac_(mac), clock_(clock), executor_(executor) {}
  void Run(const Uuid& service, const Probe& probe, absl::Duration timeout,
           std::function<void(ProbeResult)> done) override;

 private:
  sim::SimulatedMac& mac_;
  const Clock& clock_;
  Executor& executor_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace holdfast::signals

// What the network of a simulated Mac answers.
#pragma once

#include <functional>

#include "agent/signals/prober.h"
#include "base/executor.h"
#include "base/timer.h"
#include "sim/simulated_mac.h"

namespace holdfast::signals {

class SimulatedProber final : public Prober {
 public:
  // All must outlive it. Questions that are under way when it is destroyed are never answered.
  SimulatedProber(sim::SimulatedMac& mac, const Clock& clock, Executor& executor)
      : mac_(mac), clock_(clock), executor_(executor) {}
  void Run(const Uuid& service, const Probe& probe, absl::Duration timeout,
           std::function<void(ProbeResult)> done) override;
  void LookForPortal(const std::vector<PortalProbe>& probes, const PathFacts& path, absl::Duration timeout,
                     std::function<void(PortalFacts)> done) override;
  void AskBeacon(const TrustedNetwork& network, const PathFacts& path, absl::Duration timeout,
                 std::function<void(BeaconFacts)> done) override;

 private:
  void After(absl::Duration delay, std::function<void()> work);

  sim::SimulatedMac& mac_;
  const Clock& clock_;
  Executor& executor_;
  Lifetime lifetime_;
};

}  // namespace holdfast::signals

#include "agent/signals/simulated/simulated_prober.h"

#include <utility>

namespace holdfast::signals {

void SimulatedProber::After(absl::Duration delay, std::function<void()> work) {
  executor_.PostAt(clock_.Now().mono + delay, lifetime_.Guard(std::move(work)));
}

void SimulatedProber::Run(const Uuid& service, const Probe& probe, absl::Duration timeout,
                          std::function<void(ProbeResult)> done) {
  ProbeResult result;
  result.service = service;
  result.target = probe.Target();
  absl::Duration after = mac_.RoundTrip();
  const std::optional<std::string> failure = mac_.ProbeFailure(service, probe.Host());
  result.ok = !failure && after <= timeout;
  if (result.ok) {
    result.round_trip = after;
  } else {
    result.error = failure.value_or("timed out");
    if (result.error == "timed out") after = timeout;
  }
  After(after, [result = std::move(result), done = std::move(done)] { done(result); });
}

void SimulatedProber::LookForPortal(const std::vector<PortalProbe>&, const PathFacts& path,
                                    absl::Duration timeout, std::function<void(PortalFacts)> done) {
  const PortalState state = mac_.PortalOn(path.network_id);
  const absl::Duration after = state == PortalState::kUnknown ? timeout : mac_.RoundTrip();
  PortalFacts facts{state, path.network_id, state == PortalState::kCaptive ? "both pages answered 302" : ""};
  After(after, [facts = std::move(facts), done = std::move(done)] { done(facts); });
}

void SimulatedProber::AskBeacon(const TrustedNetwork& network, const PathFacts& path, absl::Duration timeout,
                                std::function<void(BeaconFacts)> done) {
  const bool proven = mac_.BeaconAnswers(network.name, path.network_id);
  BeaconFacts facts{network.name, path.network_id, proven, proven ? "its key" : "timed out"};
  After(proven ? mac_.RoundTrip() : timeout,
        [facts = std::move(facts), done = std::move(done)] { done(facts); });
}

}  // namespace holdfast::signals

#include "agent/signals/simulated/simulated_prober.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace holdfast::signals {

void SimulatedProber::Run(const Uuid& service, const Probe& probe, absl::Duration timeout,
                          std::function<void(ProbeResult)> done) {
  ProbeResult result;
  result.service = service;
  // As Probe::Target() writes it; the policy library is not linked for one line.
  result.target = absl::StrCat("tcp:", probe.host, ":", probe.port);
  absl::Duration after = mac_.RoundTrip();
  const std::optional<std::string> failure = mac_.ProbeFailure(service, probe.host);
  result.ok = !failure && after <= timeout;
  if (result.ok) {
    result.round_trip = after;
  } else {
    result.error = failure.value_or("timed out");
    if (result.error == "timed out") after = timeout;
  }
  executor_.PostAt(clock_.Now().mono + after,
                   [alive = std::weak_ptr(alive_), result = std::move(result), done = std::move(done)] {
                     if (!alive.expired()) done(result);
                   });
}

}  // namespace holdfast::signals

#include "core/policy/bound.h"

#include <algorithm>

namespace holdfast {

absl::Duration ConnectedBound(const Policy& policy, const ServiceRule& rule,
                              const SessionManagerTimers& timers) {
  const BackoffPolicy& backoff = policy.reconnect.backoff;
  const bool interactive = rule.authentication == Authentication::kInteractive;
  const absl::Duration stuck = interactive ? policy.stuck_connecting_interactive : policy.stuck_connecting;
  // Each start is over when the session manager gives up or when it is called stuck, whichever is later; a
  // stop likewise.
  const absl::Duration start = std::max(timers.starting, stuck);
  const absl::Duration stop = std::max(timers.stopping, policy.stuck_disconnecting);
  // A network that may be trusted is asked first.
  const absl::Duration beacon = policy.trusted_networks.empty() ? absl::ZeroDuration() : kBeaconTimeout;
  absl::Duration bound = policy.reconnect.settle + beacon + backoff.max * (1 + backoff.jitter) + start;
  for (LadderStep step : policy.ladder) {
    if (step != LadderStep::kNotify) bound += stop + start;
  }
  return bound;
}

}  // namespace holdfast

// "Connected within a bound": how long a connectable service may take, from its policy alone. docs/policy.md
// states the same formula.
#pragma once

#include "absl/time/time.h"
#include "core/policy/policy.h"

namespace holdfast {

// What the session manager itself allows.
struct SessionManagerTimers {
  absl::Duration starting = absl::Seconds(60);  // 120 s for IKEv2
  absl::Duration stopping = absl::Seconds(20);
};

// Upper bound of the time to connected for a service that is down while all of this holds: the path is up,
// the gateway answers, no grace, hold or override, attempts left in both budgets, circuit closed, and its
// last failure (if any) may be retried, nothing else starts it in bursts, no other member of its conflict
// group has the turn. A person's stop adds rule.always_connected.reconnect_after.
absl::Duration ConnectedBound(const Policy& policy, const ServiceRule& rule,
                              const SessionManagerTimers& timers);

}  // namespace holdfast

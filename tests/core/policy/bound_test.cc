#include "core/policy/bound.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(ConnectedBound, AddsSettleBackoffStartAndLadder) {
  // 2s + 300s * 1.5 + 150s + 2 * (30s + 150s)
  EXPECT_EQ(ConnectedBound(Policy{}, ServiceRule{}, {}), absl::Seconds(2 + 450 + 150 + 360));
}

TEST(ConnectedBound, UsesTheInteractiveTimeoutWhereAPersonSignsIn) {
  ServiceRule rule;
  rule.authentication = Authentication::kInteractive;
  EXPECT_EQ(ConnectedBound(Policy{}, rule, {}), absl::Seconds(2 + 450 + 600 + 2 * (30 + 600)));
}

TEST(ConnectedBound, UsesTheSessionManagersTimersWhereTheyAreLonger) {
  Policy policy;
  policy.stuck_connecting = absl::Seconds(8);
  policy.stuck_disconnecting = absl::Seconds(3);
  policy.reconnect.backoff.max = absl::ZeroDuration();
  const SessionManagerTimers timers{absl::Seconds(60), absl::Seconds(20)};
  EXPECT_EQ(ConnectedBound(policy, ServiceRule{}, timers), absl::Seconds(2 + 60 + 2 * (20 + 60)));
}

TEST(ConnectedBound, NotifyTakesNoTime) {
  Policy policy;
  policy.ladder = {LadderStep::kNotify};
  EXPECT_EQ(ConnectedBound(policy, ServiceRule{}, {}), absl::Seconds(2 + 450 + 150));
}

}  // namespace
}  // namespace holdfast

#include "base/backoff.h"

#include <gtest/gtest.h>

#include <set>

namespace holdfast {
namespace {

constexpr BackoffPolicy kPolicy{absl::Seconds(1), 2.0, absl::Seconds(300), 0.5};

TEST(Backoff, GrowsByTheMultiplierUpToTheCap) {
  BackoffPolicy plain = kPolicy;
  plain.jitter = 0;
  SplitMix64 random{1};
  EXPECT_EQ(BackoffDelay(plain, 1, random), absl::Seconds(1));
  EXPECT_EQ(BackoffDelay(plain, 2, random), absl::Seconds(2));
  EXPECT_EQ(BackoffDelay(plain, 5, random), absl::Seconds(16));
  EXPECT_EQ(BackoffDelay(plain, 10, random), absl::Seconds(300));
  EXPECT_EQ(BackoffDelay(plain, 1'000'000, random), absl::Seconds(300));
}

TEST(Backoff, JitterIsAddedAfterTheCapSoThatAHerdIsSpread) {
  SplitMix64 random{7};
  std::set<int64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const absl::Duration d = BackoffDelay(kPolicy, 20, random);
    EXPECT_GE(d, absl::Seconds(300));
    EXPECT_LE(d, absl::Seconds(450));
    seen.insert(absl::ToInt64Seconds(d));
  }
  EXPECT_GT(seen.size(), 100u);
}

}  // namespace
}  // namespace holdfast

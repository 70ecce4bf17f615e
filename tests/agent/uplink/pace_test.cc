#include "agent/uplink/pace.h"

#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/str_cat.h"

namespace holdfast::uplink {
namespace {

TEST(Heartbeat, SpreadsAFleetOverTheInterval) {
  constexpr int kDevices = 1000;
  constexpr int kSlices = 10;
  std::vector<int> slices(kSlices);
  for (int i = 0; i < kDevices; ++i) {
    const Uuid device = Uuid::FromName(absl::StrCat("device", i));
    const double share = absl::FDivDuration(HeartbeatOffset(device, absl::Seconds(60)), absl::Seconds(60));
    ASSERT_GE(share, 0);
    ASSERT_LT(share, 1);
    ++slices[static_cast<int>(share * kSlices)];
  }
  for (int count : slices) {
    EXPECT_GT(count, 60);
    EXPECT_LT(count, 140);
  }
}

TEST(Heartbeat, ComesOncePerIntervalWithATenthOfJitter) {
  const Uuid device = Uuid::FromName("device");
  SplitMix64 random{5};
  ServerTime now{1'700'000'000'000'000'000};
  std::vector<double> gaps;
  for (int i = 0; i < 1000; ++i) {
    const absl::Duration wait = UntilHeartbeat(device, now, absl::Seconds(60), random);
    ASSERT_GT(wait, absl::ZeroDuration());
    if (i > 0) gaps.push_back(absl::ToDoubleSeconds(wait));
    now = now + wait;
  }
  double sum = 0;
  for (double gap : gaps) {
    EXPECT_LE(gap, 66.001);
    sum += gap;
  }
  EXPECT_NEAR(sum / static_cast<double>(gaps.size()), 60, 6);
}

TEST(BatchSize, GrowsWhileAllIsWellAndHalvesWhenRefused) {
  BatchSize size;
  EXPECT_EQ(size.bytes(), BatchSize::kSmallest);
  for (int i = 0; i < 5; ++i) size.Accepted(absl::Milliseconds(10));
  EXPECT_EQ(size.bytes(), BatchSize::kLargest);
  size.Refused(100);
  EXPECT_EQ(size.rows(), 50u);
  size.Refused(1);
  EXPECT_EQ(size.rows(), 1u);
  size.Accepted(absl::Milliseconds(10));
  EXPECT_EQ(size.rows(), 2u);
}

TEST(BatchSize, ASlowLinkGetsSmallerBatches) {
  BatchSize size;
  for (int i = 0; i < 5; ++i) size.Accepted(absl::Milliseconds(10));
  size.Accepted(absl::Seconds(8));
  EXPECT_LT(size.bytes(), BatchSize::kLargest);
}

TEST(Penalty, JitterComesAfterTheCap) {
  Penalty penalty({absl::Seconds(1), 2.0, absl::Seconds(300), 0.5});
  SplitMix64 random{9};
  for (int i = 0; i < 20; ++i) penalty.Failed(std::nullopt, random);
  bool above_cap = false;
  for (int i = 0; i < 20; ++i) {
    const absl::Duration wait = penalty.Failed(std::nullopt, random);
    EXPECT_GE(wait, absl::Seconds(300));
    EXPECT_LE(wait, absl::Seconds(450));
    above_cap |= wait > absl::Seconds(320);
  }
  EXPECT_TRUE(above_cap);
}

TEST(Penalty, OnlyALastingSuccessForgives) {
  Penalty penalty({absl::Seconds(1), 2.0, absl::Seconds(300), 0});
  SplitMix64 random{9};
  MonoTime now{};
  for (int i = 0; i < 8; ++i) {
    penalty.Failed(std::nullopt, random);
    penalty.Succeeded(now);
  }
  EXPECT_EQ(penalty.failures(), 8);
  penalty.Succeeded(now + absl::Seconds(61));
  EXPECT_EQ(penalty.failures(), 0);
}

TEST(Penalty, RetryAfterIsTheLeast) {
  Penalty penalty({absl::Seconds(1), 2.0, absl::Seconds(300), 0.5});
  SplitMix64 random{9};
  const absl::Duration wait = penalty.Failed(absl::Minutes(10), random);
  EXPECT_GE(wait, absl::Minutes(10));
  EXPECT_LE(wait, absl::Minutes(15));
}

}  // namespace
}  // namespace holdfast::uplink

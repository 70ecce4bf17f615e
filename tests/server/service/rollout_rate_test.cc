#include "server/service/rollout_rate.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace holdfast::server {
namespace {

const Sha256Digest kOne = Sha256("one"), kOther = Sha256("other");

Uuid DeviceNumber(int i) {
  return Uuid::FromName(absl::StrCat("device ", i));
}

TEST(InShare, NobodyAndEverybody) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(InShare(DeviceNumber(i), kOne, 0));
    EXPECT_TRUE(InShare(DeviceNumber(i), kOne, 100));
  }
}

TEST(InShare, AHigherPercentOnlyAdds) {
  for (int i = 0; i < 200; ++i) {
    bool in = false;
    for (int percent = 0; percent <= 100; ++percent) {
      const bool now = InShare(DeviceNumber(i), kOne, percent);
      EXPECT_TRUE(now || !in) << "device " << i << " left at " << percent << " %";
      in = now;
    }
  }
}

TEST(InShare, IsAboutThatManyAndOthersForAnotherVersion) {
  constexpr int kDevices = 20000;
  for (const int percent : {1, 10, 50}) {
    int one = 0, both = 0;
    for (int i = 0; i < kDevices; ++i) {
      const bool in = InShare(DeviceNumber(i), kOne, percent);
      one += in ? 1 : 0;
      both += in && InShare(DeviceNumber(i), kOther, percent) ? 1 : 0;
    }
    EXPECT_NEAR(100.0 * one / kDevices, percent, 1.5);
    EXPECT_NEAR(100.0 * both / kDevices, percent * percent / 100.0, 1.5) << "always the same guinea pigs";
  }
}

// Devices must not be moved by another build of the server.
TEST(InShare, NeverChanges) {
  std::string in;
  for (int i = 0; i < 16; ++i) in += InShare(DeviceNumber(i), kOne, 50) ? '1' : '0';
  EXPECT_EQ(in, "0100111011111011");
}

fleet::HandedCounts Counts(int counted, int failed) {
  fleet::HandedCounts counts;
  counts.offered = counts.counted = counted;
  counts.failed = failed;
  return counts;
}

TEST(RateOf, IsNotBelievedOfFew) {
  EXPECT_FALSE(RateOf(Counts(0, 0), {}).believed);
  EXPECT_FALSE(RateOf(Counts(4, 4), {}).exceeded);
  EXPECT_FALSE(RateOf(Counts(10, 2), {}).exceeded);
  EXPECT_TRUE(RateOf(Counts(10, 3), {}).exceeded);
}

TEST(RateOf, WhatWouldHaveFailedAnywayDoesNotCount) {
  const RolloutRate rate = RateOf(Counts(100, 10), {.expected_millionths = 6'000'000});
  EXPECT_DOUBLE_EQ(rate.failed, 10);
  EXPECT_DOUBLE_EQ(rate.expected, 6);
  EXPECT_TRUE(rate.believed);
  EXPECT_FALSE(rate.exceeded);
  EXPECT_TRUE(RateOf(Counts(100, 10), {.expected_millionths = 4'000'000}).exceeded);
}

TEST(RateOf, TheBoundItselfIsNotAboveIt) {
  EXPECT_FALSE(RateOf(Counts(100, 5), {}).exceeded);
  EXPECT_TRUE(RateOf(Counts(100, 6), {}).exceeded);
  EXPECT_FALSE(RateOf(Counts(10, 10), {.halt_on_failure_rate = 100}).exceeded) << "never";
  EXPECT_TRUE(RateOf(Counts(1000, 3), {.halt_on_failure_rate = 0}).exceeded);
}

}  // namespace
}  // namespace holdfast::server

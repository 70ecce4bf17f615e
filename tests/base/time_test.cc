#include "base/time.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Time, InstantsAddAndSubtract) {
  MonoTime t{5'000'000'000};
  EXPECT_EQ((t + absl::Seconds(2)).ns, 7'000'000'000);
  EXPECT_EQ(t - MonoTime{1'000'000'000}, absl::Seconds(4));
  EXPECT_LT(t - absl::Seconds(1), t);
}

TEST(Time, FormatsUtcAndShortDurations) {
  EXPECT_EQ(FormatUtc(WallTime{1'795'246'740'123'456'789}), "2026-11-21T07:39:00.123Z");
  EXPECT_EQ(FormatShort(absl::Seconds(3)), "3s");
  EXPECT_EQ(FormatShort(absl::Seconds(125)), "2m 05s");
  EXPECT_EQ(FormatShort(absl::Minutes(250)), "4h 10m");
  EXPECT_EQ(FormatShort(absl::Hours(76)), "3d 4h");
  EXPECT_EQ(FormatShort(-absl::Seconds(61)), "-1m 01s");
}

TEST(SystemClock, KnowsItsBootAndMovesForward) {
  SystemClock a, b;
  const Stamp first = a.Now(), second = b.Now();
  EXPECT_EQ(first.boot, second.boot);
  EXPECT_NE(first.boot, BootId{});
  EXPECT_LE(first.mono, second.mono);
}

}  // namespace
}  // namespace holdfast

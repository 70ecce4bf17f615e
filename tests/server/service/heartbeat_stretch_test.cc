#include "server/service/heartbeat_stretch.h"

#include <gtest/gtest.h>

#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

constexpr absl::Duration kTick = absl::Seconds(5);

// Ticks for `span`, and says how often the answer changed.
int Ticks(HeartbeatStretch& stretch, MonoTime& now, absl::Duration span, bool turned_away) {
  int changes = 0;
  for (const MonoTime end = now + span; now < end; now = now + kTick)
    changes += stretch.Judge(turned_away, now);
  return changes;
}

TEST(HeartbeatStretch, AsksForNothingWhileThereIsRoom) {
  HeartbeatStretch stretch(absl::ZeroDuration());
  MonoTime now{1};
  EXPECT_EQ(Ticks(stretch, now, absl::Hours(1), false), 0);
  EXPECT_EQ(stretch.For(absl::Seconds(60)), absl::ZeroDuration());
}

TEST(HeartbeatStretch, DoublesEachMinuteOfPressureAndHalvesAfterFiveWithout) {
  HeartbeatStretch stretch(absl::ZeroDuration());
  MonoTime now{1};
  EXPECT_TRUE(stretch.Judge(true, now)) << "at once";
  EXPECT_EQ(stretch.For(absl::Seconds(60)), absl::Seconds(120));
  EXPECT_EQ(Ticks(stretch, now, absl::Seconds(125), true), 2);
  EXPECT_EQ(stretch.For(absl::Seconds(60)), absl::Seconds(480));
  EXPECT_EQ(stretch.For(absl::Minutes(30)), absl::Hours(1)) << "at most";
  EXPECT_EQ(stretch.For(absl::Hours(2)), absl::ZeroDuration()) << "the policy's own is longer";
  EXPECT_EQ(Ticks(stretch, now, absl::Minutes(4), false), 0);
  EXPECT_EQ(Ticks(stretch, now, absl::Minutes(1), false), 1);
  EXPECT_EQ(stretch.For(absl::Seconds(60)), absl::Seconds(240));
  EXPECT_EQ(Ticks(stretch, now, absl::Minutes(10), false), 2);
  EXPECT_EQ(stretch.For(absl::Seconds(60)), absl::ZeroDuration());
}

TEST(HeartbeatStretch, NeverGrowsBeyondWhatAgentsFollow) {
  HeartbeatStretch stretch(absl::ZeroDuration());
  MonoTime now{1};
  Ticks(stretch, now, absl::Hours(24), true);
  EXPECT_EQ(stretch.For(absl::Seconds(60)), HeartbeatStretch::kLongest);
}

TEST(HeartbeatStretch, CanBeAskedForAlways) {
  const HeartbeatStretch stretch(absl::Seconds(300));
  EXPECT_EQ(stretch.For(absl::Seconds(60)), absl::Seconds(300));
  EXPECT_EQ(stretch.For(absl::Seconds(600)), absl::ZeroDuration());
}

// A group that comes every ten minutes, beside one that comes every minute and was asked to come less often.
TEST(GrantedHeartbeat, EachDeviceIsJudgedByItsOwnInterval) {
  World world({.heartbeat_at_least = absl::Minutes(20)});
  TestDevice device(world, "alpha");
  const auto answer = device.Enroll(world.MakeToken());
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->heartbeat, absl::Minutes(20));
  EXPECT_EQ(device.SyncNow()->heartbeat, absl::Minutes(20));
  device.WriteVerdict(TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  for (int minute = 0; minute < 20; ++minute) {
    device.Advance(absl::Minutes(1));
    ASSERT_TRUE(world.core->Tick().ok());
    ASSERT_EQ(world.core->GetDevice(kAdmin, device.id.ToString())->reachability, Reachability::kOnline);
    ASSERT_EQ(world.core->ListDevices(kAdmin, {.posture = TimeClass::kProtected})->total, 1) << minute;
  }
  device.Advance(absl::Minutes(2));
  ASSERT_TRUE(world.core->Tick().ok());
  EXPECT_EQ(world.core->GetDevice(kAdmin, device.id.ToString())->reachability, Reachability::kLate);
  EXPECT_EQ(world.core->ListDevices(kAdmin, {.posture = TimeClass::kUnknown})->total, 1)
      << "it was looked at again after the others were judged";
}

}  // namespace
}  // namespace holdfast::server

#include "sim/virtual_time.h"

#include <gtest/gtest.h>

#include <string>

#include "sim/awake_timers.h"
#include "sim/skewed_clock.h"

namespace holdfast::sim {
namespace {

TEST(VirtualTime, RunsByDueTimeThenById) {
  VirtualTime time;
  std::string order;
  const MonoTime now = time.Now().mono;
  time.PostAt(now + absl::Seconds(2), [&] { order += 'c'; });
  time.PostAt(now + absl::Seconds(1), [&] { order += 'a'; });
  time.PostAt(now + absl::Seconds(1), [&] { order += 'b'; });
  time.RunFor(absl::Seconds(3));
  EXPECT_EQ(order, "abc");
}

TEST(VirtualTime, WorkSeesItsOwnDueTime) {
  VirtualTime time;
  MonoTime seen;
  time.PostAt(time.Now().mono + absl::Seconds(2), [&] { seen = time.Now().mono; });
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(seen, MonoTime{} + absl::Seconds(2));
  EXPECT_EQ(time.Now().mono, MonoTime{} + absl::Minutes(1));
}

TEST(VirtualTime, RunForIncludesWorkPostedOnTheWay) {
  VirtualTime time;
  int runs = 0;
  std::function<void()> again = [&] {
    ++runs;
    time.PostAt(time.Now().mono + absl::Seconds(1), again);
  };
  time.Post(again);
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(runs, 6);
  EXPECT_EQ(time.pending(), 1u);
}

TEST(VirtualTime, CancelledWorkDoesNotRun) {
  VirtualTime time;
  bool ran = false;
  const TimerId id = time.PostAt(time.Now().mono, [&] { ran = true; });
  time.Cancel(id);
  time.Cancel(id);
  time.Cancel(0);
  EXPECT_FALSE(time.RunOne());
  EXPECT_FALSE(ran);
}

TEST(VirtualTime, AnIdOfEarlierWorkCancelsNothing) {
  VirtualTime time;
  const TimerId first = time.PostAt(time.Now().mono, [] {});
  time.RunOne();
  bool ran = false;
  time.PostAt(time.Now().mono, [&] { ran = true; });  // may lie where the first one lay
  time.Cancel(first);
  time.RunOne();
  EXPECT_TRUE(ran);
}

TEST(VirtualTime, WorkOfALaneWaitsWhileTheLaneStandsStill) {
  VirtualTime time;
  std::string order;
  const VirtualTime::Lane lane = time.NewLane();
  const MonoTime now = time.Now().mono;
  time.PostAt(now + absl::Seconds(2), [&] { order += 'b'; }, lane);
  time.PostAt(now + absl::Seconds(1), [&] { order += 'a'; }, lane);
  const TimerId never = time.PostAt(now + absl::Seconds(1), [&] { order += '?'; }, lane);
  time.PostAt(now + absl::Seconds(9), [&] { order += 'c'; }, lane);
  time.PostAt(now + absl::Seconds(1), [&] { order += '-'; });
  time.StopLane(lane);
  time.RunFor(absl::Seconds(5));
  time.Cancel(never);
  EXPECT_EQ(order, "-");
  time.ResumeLane(lane);
  time.RunFor(absl::ZeroDuration());
  EXPECT_EQ(order, "-ab");
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(order, "-abc");
}

TEST(VirtualTime, WallJumpsApartFromMono) {
  VirtualTime time;
  const Stamp before = time.Now();
  time.JumpWall(absl::Hours(-1));
  EXPECT_EQ(time.Now().mono, before.mono);
  EXPECT_EQ(time.Now().wall - before.wall, -absl::Hours(1));
}

TEST(VirtualTime, RebootChangesTheBootAndRestartsMono) {
  VirtualTime time;
  time.RunFor(absl::Hours(1));
  const Stamp before = time.Now();
  MonoTime ran;
  time.PostAt(before.mono + absl::Minutes(1), [&] { ran = time.Now().mono; });
  time.Reboot();
  EXPECT_NE(time.Now().boot, before.boot);
  EXPECT_EQ(time.Now().mono, MonoTime{});
  EXPECT_EQ(time.Now().wall, before.wall);
  time.RunFor(absl::Minutes(2));
  EXPECT_EQ(ran, MonoTime{} + absl::Minutes(1));
}

TEST(SkewedClock, MovesTheWallAndNamesAnotherBoot) {
  VirtualTime time;
  SkewedClock clock(time);
  EXPECT_EQ(clock.Now(), time.Now());
  clock.JumpWall(absl::Hours(2));
  clock.NewBoot();
  EXPECT_EQ(clock.Now().wall - time.Now().wall, absl::Hours(2));
  EXPECT_EQ(clock.Now().mono, time.Now().mono);
  EXPECT_NE(clock.Now().boot, time.Now().boot);
}

TEST(AwakeTimers, HoldsBackWhatFallsDueAsleepAndKeepsItsOrder) {
  VirtualTime time;
  AwakeTimers timers(time, time);
  std::string order;
  timers.After(absl::Seconds(1), [&] { order += 'a'; });
  timers.After(absl::Seconds(2), [&] { order += 'b'; });
  timers.After(absl::Seconds(10), [&] { order += 'd'; });
  timers.Sleep();
  time.RunFor(absl::Seconds(10));
  EXPECT_EQ(order, "");
  timers.After(absl::ZeroDuration(), [&] { order += 'e'; });
  timers.Wake([&] { order += '!'; });
  EXPECT_EQ(order, "");  // soon, not at once
  time.RunFor(absl::ZeroDuration());
  EXPECT_EQ(order, "!abde");
}

TEST(AwakeTimers, DieWithTheirOwner) {
  VirtualTime time;
  bool ran = false;
  {
    AwakeTimers timers(time, time);
    timers.After(absl::Seconds(1), [&] { ran = true; });
  }
  time.RunFor(absl::Minutes(1));
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace holdfast::sim

// When the server halts a roll-out, and when not.
#include "tests/server/service/rollout_fleet.h"

namespace holdfast::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class RolloutHalt : public RolloutTest {
 protected:
  // Forty devices, half of which have version 2, all of them fine.
  void Half() {
    Put(1);
    Enroll(40);
    Put(2, "percent: 50");
    SyncAll();
    ASSERT_GT(With(2).size(), 10u);
    ASSERT_GT(With(1).size(), 10u);
  }
  void Fall(const std::vector<Mac*>& some) {
    for (Mac* mac : some) mac->Become(TimeClass::kViolation);
  }
  bool Halted() { return Now().state.halted.has_value(); }
};

TEST_F(RolloutHalt, WhenMoreFallIntoAViolationThanTheBound) {
  Half();
  const auto have = With(2);
  Fall(Some(2, 3));
  Pass(absl::Minutes(5));
  EXPECT_FALSE(Halted()) << "what passes by itself is no failure";
  Pass(absl::Minutes(5));
  ASSERT_TRUE(Halted());
  const Rollout rollout = Now();
  EXPECT_EQ(rollout.state.halted_by, "server");
  EXPECT_EQ(rollout.counts.violations, 3);
  EXPECT_EQ(rollout.counts.failed, 3);
  EXPECT_THAT(rollout.state.halted_why, HasSubstr(absl::StrCat("3 of ", have.size(), " devices failed")));
  ASSERT_THAT(halts, SizeIs(1));
  EXPECT_THAT(halts[0], AllOf(HasSubstr("version 2"), HasSubstr("policy:(default group)")));
  const AuditEntry entry = world.Audit().front();
  EXPECT_EQ(entry.actor, "server");
  EXPECT_EQ(entry.action, "HaltRollout");
  EXPECT_EQ(entry.before, "version 2; 50 %");

  ASSERT_TRUE(Set({.percent = 100}).ok());
  SyncAll();
  EXPECT_EQ(With(2), have) << "no further device, and nobody goes back";
  Enroll(2);
  EXPECT_EQ(With(2), have);
}

TEST_F(RolloutHalt, LastsOverARestartUntilAnAdminResumes) {
  Half();
  const auto have = With(2);
  Fall(Some(2, 3));
  Pass(absl::Minutes(10));
  ASSERT_TRUE(Halted());
  world.Restart(sim::Loss::kUnsynced);
  ASSERT_TRUE(Set({.percent = 100}).ok());
  Pass(absl::Minutes(10));
  EXPECT_EQ(With(2), have);
  ASSERT_TRUE(Set({.resume = true}).ok());
  EXPECT_THAT(world.Audit().front().before, HasSubstr("halted"));
  Pass(absl::Minutes(10));
  EXPECT_THAT(With(2), SizeIs(40));
  Fall({Some(2, 40).back()});
  Pass(absl::Minutes(10));
  EXPECT_FALSE(Halted()) << "what was seen does not halt it again";
  Fall(Some(2, 40));
  Pass(absl::Minutes(10));
  EXPECT_TRUE(Halted()) << "what is new does";
}

TEST_F(RolloutHalt, AFailureThatTheServerHadCountedBeforeItEndedIsJudgedAfterIt) {
  Half();
  Fall(Some(2, 3));
  Pass(absl::Minutes(6));
  ASSERT_EQ(Now().counts.violations, 3);
  ASSERT_FALSE(Halted());
  world.Restart(sim::Loss::kUnsynced);
  Pass(absl::Minutes(4));
  EXPECT_TRUE(Halted());
}

TEST_F(RolloutHalt, TroubleGoesOnOverARestart) {
  Half();
  Fall(Some(2, 3));
  Pass(absl::Minutes(2));
  world.Restart(sim::Loss::kUnsynced);
  Pass(absl::Minutes(10));
  EXPECT_TRUE(Halted());
}

TEST_F(RolloutHalt, NotForTooFew) {
  Half();
  Fall(Some(2, 2));
  Pass(absl::Minutes(15));
  EXPECT_EQ(Now().counts.failed, 2);
  EXPECT_FALSE(Now().believed);
  EXPECT_FALSE(Halted());
}

TEST_F(RolloutHalt, NotForWhatBefallsTheOthersToo) {
  Half();
  for (const uint64_t version : {1, 2}) Fall(Some(version, With(version).size() / 2));
  Pass(absl::Minutes(15));
  const Rollout rollout = Now();
  EXPECT_TRUE(rollout.believed);
  EXPECT_GT(rollout.failure_rate, 30);
  EXPECT_GT(rollout.expected_rate, rollout.failure_rate - 5);
  EXPECT_FALSE(Halted());
}

TEST_F(RolloutHalt, OthersThatFailALittleLaterStillCount) {
  Half();
  Fall(Some(2, With(2).size() / 2));
  Pass(absl::Minutes(1));
  Fall(Some(1, With(1).size() / 2));
  Pass(absl::Minutes(15));
  EXPECT_FALSE(Halted());
}

TEST_F(RolloutHalt, ADeviceThatFellTwiceBeforeATickFailedOnce) {
  Half();
  Mac& other = *Some(1, 1)[0];
  other.Become(TimeClass::kViolation);
  Advance(absl::Minutes(1));
  other.Become(TimeClass::kProtected);
  other.Become(TimeClass::kViolation);
  Advance(absl::Minutes(6));
  ASSERT_TRUE(world.core->Tick().ok());
  EXPECT_EQ(static_cast<size_t>(Now().state.expected_millionths), 1000000 * With(2).size() / With(1).size());
}

TEST_F(RolloutHalt, NotForAViolationThatPasses) {
  Half();
  const auto some = Some(2, 8);
  Fall(some);
  Pass(absl::Minutes(3));
  for (Mac* mac : some) mac->Become(TimeClass::kProtected);
  Pass(absl::Minutes(10));
  EXPECT_EQ(Now().counts.failed, 0);
  EXPECT_FALSE(Halted());
}

TEST_F(RolloutHalt, NotForThoseThatWereInAViolationBefore) {
  Put(1);
  Enroll(20);
  Fall(Some(1, 8));
  Pass(absl::Minutes(1));
  Put(2);
  Pass(absl::Minutes(15));
  EXPECT_THAT(With(2), SizeIs(20));
  EXPECT_EQ(Now().counts.counted, 12);
  EXPECT_FALSE(Halted());
}

TEST_F(RolloutHalt, NotForWhatComesLongAfter) {
  Half();
  Pass(absl::Minutes(61));
  Fall(Some(2, 8));
  Pass(absl::Minutes(15));
  EXPECT_EQ(Now().counts.failed, 0);
  EXPECT_FALSE(Halted());
}

TEST_F(RolloutHalt, NotForNewDevices) {
  Put(1);
  Put(2);
  Enroll(20);
  Fall(Some(2, 10));
  Pass(absl::Minutes(15));
  EXPECT_EQ(Now().counts.offered, 20);
  EXPECT_EQ(Now().counts.counted, 0);
  EXPECT_FALSE(Halted());
}

// An agent that the version crashes tells of nothing.
TEST_F(RolloutHalt, ForDevicesThatGoSilentOnceTheyWereHandedIt) {
  Put(1);
  Enroll(40);
  Put(2, "percent: 50");
  const auto others = macs.size();
  int fell_silent = 0;
  for (auto& mac : macs) {
    if (fell_silent < 4 && mac->Exchange()) {
      mac->dead = true;
      ++fell_silent;
    }
  }
  ASSERT_EQ(fell_silent, 4) << others;
  Pass(absl::Minutes(15));
  EXPECT_EQ(Now().counts.silent, 4);
  EXPECT_TRUE(Halted());
}

TEST_F(RolloutHalt, ForDevicesThatRejectIt) {
  Put(1);
  Enroll(20);
  for (size_t i = 0; i < 20; i += 2) macs[i]->rejects = true;
  Put(2);
  Pass(absl::Minutes(4));
  EXPECT_EQ(Now().counts.rejected, 10);
  EXPECT_TRUE(Halted());
  for (auto& mac : macs) mac->rejects = false;
  Put(3);
  Pass(absl::Minutes(4));
  EXPECT_THAT(With(3), SizeIs(20)) << "the remedy is a new version";
  EXPECT_FALSE(Halted());
}

TEST_F(RolloutHalt, NeverWithABoundOfAHundred) {
  Put(1);
  Enroll(10);
  for (auto& mac : macs) mac->rejects = true;
  Put(2, "haltOnFailureRate: 100");
  Pass(absl::Minutes(10));
  EXPECT_EQ(Now().failure_rate, 100);
  EXPECT_FALSE(Halted());
}

TEST_F(RolloutHalt, ByAnAdmin) {
  Half();
  const auto have = With(2);
  ASSERT_TRUE(Set({.halt = true}).ok());
  EXPECT_EQ(Now().state.halted_by, "ada");
  ASSERT_TRUE(Set({.percent = 100}).ok());
  SyncAll();
  EXPECT_EQ(With(2), have);
  ASSERT_TRUE(Set({.resume = true}).ok());
  SyncAll();
  EXPECT_THAT(With(2), SizeIs(40));
}

TEST_F(RolloutHalt, OfOneGroupIsNobodyElses) {
  Put(1);
  Enroll(10, "lab");
  Enroll(10);
  Put(2, "", "lab");
  Put(2);
  for (size_t i = 0; i < 10; ++i) macs[i]->rejects = true;
  Pass(absl::Minutes(10));
  EXPECT_TRUE(Now("lab").state.halted.has_value());
  EXPECT_FALSE(Halted());
}

// The store fails while failures are counted: they are counted with the next tick.
TEST_F(RolloutHalt, AFailedTickLosesNothing) {
  Half();
  Fall(Some(2, 3));
  Pass(absl::Minutes(4));
  world.clock.Advance(absl::Minutes(2));
  world.disk.FailAt(sim::Op::kSync, 1);
  EXPECT_FALSE(world.core->Tick().ok());
  world.disk.ClearFaults();
  ASSERT_TRUE(world.core->Tick().ok());
  EXPECT_EQ(Now().counts.violations, 3);
}

}  // namespace
}  // namespace holdfast::server

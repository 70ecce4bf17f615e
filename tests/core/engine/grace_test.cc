#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::AnyOf;
using ::testing::Each;

TEST(EngineGrace, NothingIsJudgedAfterABootUntilItEnds) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.boot_grace = absl::Minutes(2);
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(policy);
  mac.Advance(absl::Seconds(119));
  EXPECT_THAT(mac.ClassesOf("corp"), Each("excused/boot_grace"));
  mac.Advance(absl::Seconds(1));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/server_unreachable");
}

TEST(EngineGrace, AConnectedServiceIsProtectedDuringIt) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.boot_grace = absl::Minutes(2);
  mac.Boot(policy);
  mac.Advance(absl::Seconds(5));
  EXPECT_THAT(mac.ClassesOf("corp"), Each(AnyOf("excused/boot_grace", "protected/tunnel_up")));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineGrace, ARestartOfTheAgentIsNoBoot) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.boot_grace = absl::Minutes(2);
  mac.Boot(policy);
  mac.Advance(absl::Minutes(10));
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Drops(kCorp, 20);
  mac.Restart();
  mac.Advance(absl::Seconds(10));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/server_unreachable");
}

TEST(EngineGrace, WakeGraceBelongsToFullWakes) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.wake_grace = absl::Minutes(1);
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(policy);
  mac.Advance(absl::Minutes(5));
  mac.Give(PowerChanged{PowerEvent::kWillSleep});
  EXPECT_EQ(mac.ClassOf("corp"), "asleep_or_off/asleep");
  mac.Advance(absl::Hours(2));
  mac.Give(PowerChanged{PowerEvent::kDarkWake});
  EXPECT_EQ(mac.ClassOf("corp"), "asleep_or_off/asleep");
  mac.Give(PowerChanged{PowerEvent::kFullWake});
  EXPECT_EQ(mac.ClassOf("corp"), "excused/wake_grace");
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.VerdictOf("corp").time_class, TimeClass::kViolation);
}

TEST(EngineGrace, LoginGraceFollowsALogin) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.login_grace = absl::Minutes(3);
  mac.boots_logged_in = false;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(policy);
  mac.Advance(absl::Minutes(5));
  EXPECT_EQ(mac.VerdictOf("corp").time_class, TimeClass::kViolation);
  mac.Login(501, "ada");
  EXPECT_EQ(mac.ClassOf("corp"), "excused/login_grace");
  mac.Advance(absl::Minutes(3));
  EXPECT_EQ(mac.VerdictOf("corp").time_class, TimeClass::kViolation);
}

TEST(EngineGrace, AMissingServiceIsAnIncidentOnlyAfterIt) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.boot_grace = absl::Minutes(2);
  mac.Install({});
  mac.Boot(policy);
  mac.Advance(absl::Seconds(100));
  EXPECT_FALSE(mac.IncidentIsOpen("service_missing"));
  mac.Advance(absl::Seconds(20));
  EXPECT_TRUE(mac.IncidentIsOpen("service_missing"));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/service_missing");
}

TEST(EngineSleep, NothingIsStartedAsleepOrInADarkWake) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(5));
  mac.Give(PowerChanged{PowerEvent::kWillSleep});
  mac.Drops(kCorp, 9);
  mac.Advance(absl::Hours(1));
  mac.Give(PowerChanged{PowerEvent::kDarkWake});
  mac.Advance(absl::Minutes(2));
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Give(PowerChanged{PowerEvent::kFullWake});
  EXPECT_EQ(mac.Starts(kCorp), 2);
}

TEST(EngineSleep, ADarkWakeCountsWhereThePolicySaysSo) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.ignore_dark_wake = false;
  mac.Boot(policy);
  mac.Advance(absl::Minutes(5));
  mac.Give(PowerChanged{PowerEvent::kWillSleep});
  mac.Drops(kCorp, 9);
  mac.Advance(absl::Hours(1));
  mac.Give(PowerChanged{PowerEvent::kDarkWake});
  EXPECT_EQ(mac.Starts(kCorp), 2);
}

TEST(EngineSleep, TimeAsleepDoesNotMakeASessionStuck) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(5));
  mac.OutcomeOf(kCorp).hangs = true;
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Seconds(10));
  mac.Give(PowerChanged{PowerEvent::kWillSleep});
  mac.Advance(absl::Hours(8));
  mac.Give(PowerChanged{PowerEvent::kFullWake});
  mac.Advance(absl::Seconds(149));
  EXPECT_FALSE(mac.IncidentIsOpen("stuck_connecting"));
  mac.Advance(absl::Seconds(1));
  EXPECT_TRUE(mac.IncidentIsOpen("stuck_connecting"));
}

TEST(EngineSleep, AShutdownIsNotAViolation) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  mac.Give(PowerChanged{PowerEvent::kShutdown});
  mac.Drops(kCorp, 1);
  mac.Advance(absl::Seconds(1));
  mac.Give(AgentStopped{"shutdown"});
  EXPECT_EQ(mac.ClassOf("corp"), "asleep_or_off/shutdown");
  EXPECT_TRUE(std::holds_alternative<AgentStopped>(mac.rows().back().event));
}

// The time of a service that is down, in graces and as violation, while somebody makes the Mac sleep and
// wake.
std::pair<absl::Duration, absl::Duration> SleepAndWake(FakeMac& mac, int times, absl::Duration awake) {
  absl::Duration excused, violation;
  for (int i = 0; i < times; ++i) {
    mac.Give(PowerChanged{PowerEvent::kWillSleep});
    mac.Advance(absl::Seconds(1));
    mac.Give(PowerChanged{PowerEvent::kFullWake});
    for (absl::Duration at; at < awake; at += absl::Seconds(10)) {
      mac.Advance(absl::Seconds(10));
      (mac.ClassOf("corp") == "excused/wake_grace" ? excused : violation) += absl::Seconds(10);
    }
  }
  return {excused, violation};
}

Policy HalfAnHourAfterAWake() {
  Policy policy = CorpPolicy();
  policy.wake_grace = absl::Minutes(30);
  return policy;
}

TEST(EngineGrace, AllTogetherExcuseThreeHoursADay) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(HalfAnHourAfterAWake());
  mac.Advance(absl::Minutes(10));
  const auto [excused, violation] = SleepAndWake(mac, 48, absl::Minutes(29));
  EXPECT_LE(excused, absl::Hours(3));
  EXPECT_GT(excused, absl::Hours(2.5));
  EXPECT_GT(violation, absl::Hours(20));
  mac.Advance(absl::Hours(25));
  const auto [next_day, after] = SleepAndWake(mac, 1, absl::Minutes(40));
  EXPECT_GT(next_day, absl::Minutes(29));
  EXPECT_GT(after, absl::Minutes(9));
}

TEST(EngineGrace, ARestartForgetsNoneOfThem) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(HalfAnHourAfterAWake());
  mac.Advance(absl::Minutes(10));
  SleepAndWake(mac, 7, absl::Minutes(31));
  mac.Restart();
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(SleepAndWake(mac, 1, absl::Minutes(20)).first, absl::ZeroDuration());
  mac.Reboot();
  mac.Advance(absl::Minutes(10));
  EXPECT_EQ(SleepAndWake(mac, 1, absl::Minutes(20)).first, absl::ZeroDuration());
}

}  // namespace
}  // namespace holdfast

#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> CommandsOf(const FakeMac& mac) {
  std::vector<std::string> all;
  for (const Command& command : mac.Rows<Command>()) {
    all.push_back((command.verb == Command::Verb::kStart ? "start " : "stop ") + command.why);
  }
  return all;
}

// Connected for a while, then down and stuck at the next start.
void GetStuck(FakeMac& mac, const Policy& policy = CorpPolicy()) {
  mac.Boot(policy);
  mac.Advance(absl::Minutes(2));
  mac.OutcomeOf(kCorp).hangs = true;
  mac.Drops(kCorp, 20);
  mac.Advance(mac.delivery);
}

TEST(EngineLadder, StopsBeforeRestartWhenStuckConnecting) {
  FakeMac mac;
  GetStuck(mac);
  mac.Advance(absl::Seconds(149));
  EXPECT_EQ(mac.Stops(kCorp), 0);
  mac.OutcomeOf(kCorp).hangs = false;
  mac.Advance(absl::Seconds(5));
  EXPECT_THAT(CommandsOf(mac), ElementsAre("start always_connected", "start always_connected",
                                           "stop ladder:StopWaitStart", "start ladder:StopWaitStart"));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_FALSE(mac.IncidentIsOpen("stuck_connecting"));
}

TEST(EngineLadder, TheStartWaitsForADeliveredDisconnected) {
  FakeMac mac;
  GetStuck(mac);
  mac.HangStop(kCorp, true);
  mac.Advance(absl::Seconds(150));
  ASSERT_EQ(mac.Stops(kCorp), 1);
  mac.Advance(absl::Seconds(29));
  EXPECT_EQ(mac.Starts(kCorp), 2);
  EXPECT_EQ(mac.Stops(kCorp), 1);
}

TEST(EngineLadder, AStopThatDoesNotEndIsTriedASecondTimeAndThenThePersonIsTold) {
  FakeMac mac;
  GetStuck(mac);
  mac.HangStop(kCorp, true);
  mac.Advance(absl::Seconds(150 + 30));
  EXPECT_EQ(mac.Stops(kCorp), 2);
  EXPECT_TRUE(mac.IncidentIsOpen("stuck_disconnecting"));
  EXPECT_THAT(CommandsOf(mac).back(), ::testing::HasSubstr("CancelWaitStart (the back end has only stop)"));
  EXPECT_TRUE(mac.Notices().empty());
  mac.Advance(absl::Seconds(30));
  EXPECT_EQ(mac.Notices().size(), 1u);
  EXPECT_EQ(mac.Starts(kCorp), 2);
}

TEST(EngineLadder, TheVerdictIsStuckWhileItIsClimbed) {
  FakeMac mac;
  GetStuck(mac);
  mac.Advance(absl::Seconds(151));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/stuck");
}

TEST(EngineLadder, ConnectingAfterOurStartProvesNothing) {
  FakeMac mac;
  GetStuck(mac);
  mac.Advance(absl::Minutes(20));
  // Each try hung at connecting: nothing was ever taken for a success.
  for (const CommandOutcome& outcome : mac.Rows<CommandOutcome>()) {
    EXPECT_FALSE(outcome.result == CommandOutcome::Result::kReached &&
                 outcome.id > mac.Rows<CommandOutcome>()[0].id && outcome.cause != FailureCause::kNone);
  }
  EXPECT_NE(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineLadder, FailedLaddersOpenTheCircuitForTheCooldown) {
  FakeMac mac;
  GetStuck(mac);
  while (!mac.IncidentIsOpen("circuit_open") && mac.Now().mono < MonoTime{} + absl::Hours(3)) {
    mac.Advance(absl::Seconds(10));
  }
  ASSERT_TRUE(mac.IncidentIsOpen("circuit_open"));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/circuit_open");
  EXPECT_TRUE(mac.ServiceViewOf("corp").circuit_open);
  const int stops = mac.Stops(kCorp);
  EXPECT_EQ(stops, 6);  // three ladders of two steps
  mac.Advance(absl::Minutes(9));
  EXPECT_EQ(mac.Stops(kCorp), stops);
  mac.Advance(absl::Minutes(5));
  EXPECT_GT(mac.Stops(kCorp), stops);
}

class HalfOpen : public ::testing::Test {
 protected:
  HalfOpen() {
    Policy policy = CorpPolicy();
    policy.circuit_breaker = {.failed_ladders = 1, .cooldown = absl::Hours(10)};
    GetStuck(mac_, policy);
    mac_.Advance(absl::Minutes(20));
    stops_ = mac_.Stops(kCorp);
    EXPECT_TRUE(mac_.IncidentIsOpen("circuit_open"));
    policy_ = policy;
  }
  FakeMac mac_;
  Policy policy_;
  int stops_ = 0;
};

TEST_F(HalfOpen, OnAnotherNetwork) {
  mac_.SetPath(true, "home");
  EXPECT_EQ(mac_.Stops(kCorp), stops_ + 1);
}
TEST_F(HalfOpen, OnAFullWake) {
  mac_.Give(PowerChanged{PowerEvent::kWillSleep});
  mac_.Give(PowerChanged{PowerEvent::kFullWake});
  mac_.Advance(absl::Seconds(151));
  EXPECT_EQ(mac_.Stops(kCorp), stops_ + 1);
}
TEST_F(HalfOpen, OnANewPolicy) {
  mac_.Apply(policy_);
  EXPECT_EQ(mac_.Stops(kCorp), stops_ + 1);
}
TEST_F(HalfOpen, AndOpensAgainAfterOneFailedLadder) {
  mac_.SetPath(true, "home");
  mac_.Advance(absl::Hours(5));
  EXPECT_EQ(mac_.Stops(kCorp), stops_ + 2);
}
TEST_F(HalfOpen, ClosesWhenItConnects) {
  mac_.OutcomeOf(kCorp).hangs = false;
  mac_.SetPath(true, "home");
  mac_.Advance(absl::Seconds(10));
  EXPECT_FALSE(mac_.IncidentIsOpen("circuit_open"));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineLadder, HelpsASessionStuckDisconnecting) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(2));
  mac.HangStop(kCorp, true);
  mac.PersonStops(kCorp);
  mac.Advance(absl::Seconds(31));
  EXPECT_TRUE(mac.IncidentIsOpen("stuck_disconnecting"));
  EXPECT_EQ(mac.Stops(kCorp), 1);
  mac.HangStop(kCorp, false);
  mac.Advance(absl::Seconds(40));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineLadder, AFailureWithACauseFollowsTheCauseNotTheNextStep) {
  FakeMac mac;
  GetStuck(mac);
  mac.Advance(absl::Seconds(1));
  mac.OutcomeOf(kCorp) = {.stop_reason = 27};
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.Stops(kCorp), 1);
  EXPECT_EQ(mac.Starts(kCorp), 3);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/certificate");
}

TEST(EngineLadder, IsNotBegunWithoutANetwork) {
  FakeMac mac;
  GetStuck(mac);
  mac.SetPath(false);
  mac.Advance(absl::Minutes(10));
  EXPECT_EQ(mac.Stops(kCorp), 0);
  mac.SetPath(true);
  EXPECT_EQ(mac.Stops(kCorp), 1);
}

TEST(EngineLadder, ItsStartsCountAgainstTheBudget) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.reconnect.budget = {.per_hour = 3, .per_ten_minutes = 3};
  GetStuck(mac, policy);
  mac.Advance(absl::Minutes(50));
  EXPECT_EQ(mac.Starts(kCorp), 3);
  EXPECT_EQ(mac.Stops(kCorp), 1);
}

TEST(EngineLadder, OurOwnStopIsNotAPersons) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.services[0].always_connected.allow_disconnect = true;
  policy.services[0].always_connected.reconnect_after.reset();
  GetStuck(mac, policy);
  mac.OutcomeOf(kCorp).hangs = false;
  mac.Advance(absl::Minutes(3));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

}  // namespace
}  // namespace holdfast

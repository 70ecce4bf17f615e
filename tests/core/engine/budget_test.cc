#include "core/engine/budget.h"

#include "fake_mac.h"

namespace holdfast {
namespace {

MonoTime AtMinute(double minute) {
  return {static_cast<int64_t>(minute * 60e9)};
}

TEST(AttemptLog, TheTighterWindowCounts) {
  engine::AttemptLog log;
  const AttemptBudget budget{.per_hour = 5, .per_ten_minutes = 3};
  for (double m : {0.0, 1.0, 2.0}) log.Spend(AtMinute(m));
  EXPECT_EQ(log.Left(AtMinute(3), budget), 0);
  EXPECT_EQ(log.NextAt(AtMinute(3), budget), AtMinute(10));
  EXPECT_EQ(log.Left(AtMinute(10), budget), 1);
  log.Spend(AtMinute(12));
  log.Spend(AtMinute(13));
  EXPECT_EQ(log.Left(AtMinute(30), budget), 0);
  EXPECT_EQ(log.NextAt(AtMinute(30), budget), AtMinute(60));
}

TEST(AttemptLog, AttemptsMayBeRecalledInAnyOrder) {
  engine::AttemptLog log;
  log.Spend(AtMinute(9));
  log.Spend(AtMinute(1));
  EXPECT_EQ(log.NextAt(AtMinute(9), {.per_hour = 30, .per_ten_minutes = 2}), AtMinute(11));
}

TEST(AttemptLog, ALimitOfZeroNeverOpens) {
  engine::AttemptLog log;
  EXPECT_EQ(log.Left(AtMinute(1), {.per_hour = 0, .per_ten_minutes = 10}), 0);
  EXPECT_EQ(log.NextAt(AtMinute(1), {.per_hour = 0, .per_ten_minutes = 10}), std::nullopt);
}

Policy FastPolicy() {
  Policy policy = CorpPolicy();
  policy.reconnect.backoff.max = absl::Seconds(2);
  return policy;
}

TEST(EngineBudget, CapsStartsInTenMinutesAndInAnHour) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(FastPolicy());
  mac.Advance(absl::Minutes(9));
  EXPECT_EQ(mac.Starts(kCorp), 10);
  EXPECT_TRUE(mac.IncidentIsOpen("budget_exhausted"));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/budget");
  mac.Advance(absl::Minutes(49));
  EXPECT_EQ(mac.Starts(kCorp), 30);
  mac.Advance(absl::Minutes(5));
  EXPECT_GT(mac.Starts(kCorp), 30);
}

TEST(EngineBudget, AConnectByThePersonIsNeverCounted) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(FastPolicy());
  mac.Advance(absl::Minutes(9));
  ASSERT_EQ(mac.ServiceViewOf("corp").attempts_left_now, 0);
  mac.OutcomeOf(kCorp).stop_reason.reset();
  EXPECT_TRUE(mac.AnswerTo(mac.Ask(UserRequest::Verb::kConnect, kCorp)).status.ok());
  EXPECT_FALSE(mac.Rows<Command>().back().counted);
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_FALSE(mac.IncidentIsOpen("budget_exhausted"));
  EXPECT_EQ(mac.ServiceViewOf("corp").attempts_last_hour, 10);
}

TEST(EngineBudget, AStartThatTheBackEndRefusedIsNotSpent) {
  FakeMac mac;
  mac.start_answer = absl::UnavailableError("charon not reachable");
  mac.Boot(FastPolicy());
  mac.Advance(absl::Minutes(9));
  EXPECT_GT(mac.Starts(kCorp), 10);  // nobody was bothered; the backoff alone paces them
  EXPECT_FALSE(mac.IncidentIsOpen("budget_exhausted"));
  EXPECT_EQ(mac.ServiceViewOf("corp").attempts_last_hour, 0);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/session_manager");
  mac.Restart();
  EXPECT_EQ(mac.ServiceViewOf("corp").attempts_last_hour, 0);
  mac.start_answer = absl::OkStatus();
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_EQ(mac.ServiceViewOf("corp").attempts_last_hour, 1);
}

TEST(EngineBudget, ARecreatedConfigurationDoesNotRefillIt) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(FastPolicy());
  mac.Advance(absl::Minutes(9));
  ASSERT_EQ(mac.Starts(kCorp), 10);
  ServiceFacts again = CorpVpn();
  again.id = Uuid::FromName("corp again");
  mac.OutcomeOf(again.id).stop_reason = 20;
  mac.Install({again});
  mac.Deliver(again.id, SessionStatus::kDisconnected);
  mac.Advance(absl::Seconds(30));
  EXPECT_EQ(mac.Starts(again.id), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/budget");
}

}  // namespace
}  // namespace holdfast

#include "fake_mac.h"

namespace holdfast {
namespace {

// All ten attempts that the budget allows in ten minutes.
void SpendTheBudget(FakeMac& mac) {
  Policy policy = CorpPolicy();
  policy.reconnect.backoff.max = absl::Seconds(1);
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(policy);
  mac.Advance(absl::Minutes(2));
  ASSERT_EQ(mac.Starts(kCorp), 10);
}

TEST(EngineRecall, TheBudgetSurvivesARestart) {
  FakeMac mac;
  SpendTheBudget(mac);
  mac.Restart();
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.Starts(kCorp), 10);
}

TEST(EngineRecall, TheBudgetSurvivesAClockThatWasSetBeforeAReboot) {
  FakeMac mac;
  SpendTheBudget(mac);
  mac.JumpWall(absl::Hours(11));
  mac.Advance(absl::Seconds(30));
  mac.Reboot();
  mac.Advance(absl::Minutes(5));
  EXPECT_EQ(mac.Starts(kCorp), 10);
}

TEST(EngineRecall, AnUncleanStopAssumesOneAttemptMore) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(2));
  ASSERT_EQ(mac.ServiceViewOf("corp").attempts_last_hour, 1);
  mac.Restart(/*clean=*/true);
  EXPECT_EQ(mac.ServiceViewOf("corp").attempts_last_hour, 1);
  mac.Restart(/*clean=*/false);
  EXPECT_EQ(mac.ServiceViewOf("corp").attempts_last_hour, 2);
  mac.Restart(/*clean=*/true);
  EXPECT_EQ(mac.ServiceViewOf("corp").attempts_last_hour, 2)
      << "a clean stop does not say what was lost before";
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.ServiceViewOf("corp").attempts_last_hour, 0);
}

TEST(EngineRecall, AnUncleanStopAssumesAnAttemptOfAServiceThatLeftNoRows) {
  FakeMac mac;
  mac.Give(AgentStarted{.last_alive = mac.Now(), .clean_stop = false});
  mac.Apply(CorpPolicy());
  mac.Install({CorpVpn()});
  EXPECT_EQ(mac.ServiceViewOf("corp").attempts_last_hour, 1);
}

TEST(EngineRecall, CommandNumbersGoOn) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  mac.Restart();
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Minutes(1));
  uint64_t last = 0;
  for (const Command& command : mac.Rows<Command>()) {
    EXPECT_GT(command.id, last);
    last = command.id;
  }
  EXPECT_EQ(mac.Rows<Command>().size(), 2u);
}

TEST(EngineRecall, AuthenticationFailuresAreRememberedSoThatAccountsDoNotLock) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 23;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(1));
  mac.Restart();  // after the first
  mac.Advance(absl::Minutes(10));
  for (int i = 0; i < 3; ++i) {
    mac.Restart();
    mac.Advance(absl::Minutes(10));
  }
  EXPECT_LE(mac.Starts(kCorp), 3);  // the first one's outcome was never seen
  EXPECT_EQ(mac.ClassOf("corp"), "violation/authentication");
}

TEST(EngineRecall, AnAllowedStopIsStillExcused) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.services[0].always_connected.allow_disconnect = true;
  policy.services[0].always_connected.reconnect_after.reset();
  mac.Boot(policy);
  mac.Advance(absl::Minutes(1));
  mac.PersonStops(kCorp);
  mac.Advance(absl::Minutes(1));
  mac.Restart();
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.ClassOf("corp"), "excused/allowed_disconnect");
  EXPECT_EQ(mac.Starts(kCorp), 1);
}

TEST(EngineRecall, AStopWhileTheAgentWasAwayIsThePersons) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.services[0].always_connected.allow_disconnect = true;
  policy.services[0].always_connected.reconnect_after.reset();
  mac.Boot(policy);
  mac.Advance(absl::Minutes(1));
  mac.Give(AgentStopped{"upgrade"});
  mac.PersonStops(kCorp);
  mac.Advance(absl::Seconds(2));
  mac.Restart();
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.ClassOf("corp"), "excused/allowed_disconnect");
}

TEST(EngineRecall, OpenIncidentsAreClosedByTheNextRunWithTheirRow) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 27;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  ASSERT_TRUE(mac.IncidentIsOpen("certificate_invalid"));
  uint64_t seq = 0;
  for (size_t i = 0; i < mac.rows().size(); ++i) {
    if (std::holds_alternative<IncidentOpened>(mac.rows()[i].event)) seq = i + 1;
  }
  mac.Restart();
  EXPECT_TRUE(mac.IncidentIsOpen("certificate_invalid"));
  EXPECT_EQ(mac.Starts(kCorp), 1);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/certificate");
  mac.OutcomeOf(kCorp).stop_reason.reset();
  mac.PersonStarts(kCorp);
  mac.Advance(absl::Minutes(1));
  ASSERT_EQ(mac.Rows<IncidentClosed>().size(), 1u);
  EXPECT_EQ(mac.Rows<IncidentClosed>()[0].opened_seq, seq);
}

TEST(EngineRecall, OverridesOfTheDayAreCounted) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  const auto ask = [&] {
    return mac
        .AnswerTo(mac.Ask(UserRequest::Verb::kOverride, kCorp, "a long enough reason", absl::Minutes(1)))
        .status.code();
  };
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ask(), absl::StatusCode::kOk);
    mac.Advance(absl::Minutes(5));
    mac.Restart();
  }
  EXPECT_EQ(ask(), absl::StatusCode::kResourceExhausted);
}

TEST(EngineRecall, ARestartDoesNotShortenABackoff) {
  for (const bool clean : {true, false}) {
    FakeMac mac;
    mac.OutcomeOf(kCorp).stop_reason = 20;
    mac.Boot(CorpPolicy());
    mac.Advance(absl::Seconds(40));
    const ServiceView before = mac.ServiceViewOf("corp");
    ASSERT_EQ(before.next.what, "retry");
    ASSERT_GT(*before.next.at - mac.Now().mono, absl::Seconds(5));
    const int starts = mac.Starts(kCorp);
    mac.Restart(clean);
    const ServiceView after = mac.ServiceViewOf("corp");
    EXPECT_EQ(after.next.at, before.next.at);
    EXPECT_EQ(after.failures_in_row, before.failures_in_row);
    EXPECT_EQ(after.verdict.cause, "server_unreachable");
    mac.Advance(*before.next.at - mac.Now().mono - absl::Milliseconds(1));
    EXPECT_EQ(mac.Starts(kCorp), starts);
    mac.Advance(absl::Milliseconds(1));
    EXPECT_EQ(mac.Starts(kCorp), starts + 1);
  }
}

TEST(EngineRecall, ARestartDoesNotCloseACircuit) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.circuit_breaker.failed_ladders = 2;
  mac.OutcomeOf(kCorp).hangs = true;
  mac.Boot(policy);
  for (int i = 0; i < 60 && !mac.ServiceViewOf("corp").circuit_open; ++i) mac.Advance(absl::Seconds(30));
  ASSERT_TRUE(mac.ServiceViewOf("corp").circuit_open);
  mac.PersonStops(kCorp);  // nothing but the circuit stands against a start
  mac.Advance(absl::Seconds(20));
  const int starts = mac.Starts(kCorp);
  mac.Restart();
  EXPECT_TRUE(mac.ServiceViewOf("corp").circuit_open);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/circuit_open");
  mac.Advance(absl::Minutes(9));
  EXPECT_EQ(mac.Starts(kCorp), starts);
  mac.Advance(absl::Minutes(2));
  EXPECT_GT(mac.Starts(kCorp), starts);
}

TEST(EngineRecall, AnEndedBackoffIsNotRecalled) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(40));
  mac.OutcomeOf(kCorp).stop_reason.reset();
  mac.SetPath(true, "home");
  mac.Advance(absl::Minutes(1));
  ASSERT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  mac.Drops(kCorp, 20);
  mac.Restart();
  EXPECT_EQ(mac.Starts(kCorp), static_cast<int>(mac.Rows<Command>().size()));
  mac.Advance(absl::Seconds(2));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineRecall, AStartThatFailedWhileTheAgentWasAwayIsAFailure) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Milliseconds(500));
  ASSERT_EQ(mac.Starts(kCorp), 1);
  mac.Give(AgentStopped{"upgrade"});
  mac.Advance(absl::Seconds(2));  // it fails now
  mac.Restart();
  EXPECT_EQ(mac.ServiceViewOf("corp").failures_in_row, 1);
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Advance(absl::Seconds(1));
  EXPECT_EQ(mac.Starts(kCorp), 2);
}

TEST(EngineRecall, SupersedesBeforeARestartCountTowardsAFight) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  mac.Drops(kCorp, 33);
  mac.Advance(absl::Minutes(1));
  mac.Restart();
  mac.Advance(absl::Minutes(1));
  mac.Drops(kCorp, 33);
  mac.Advance(absl::Seconds(1));
  EXPECT_TRUE(mac.IncidentIsOpen("toggle_fight"));
}

TEST(EngineRecall, AKeyThatTheNewPolicyDoesNotRequireIsEnded) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  Engine next(2);
  for (size_t i = 0; i < mac.rows().size(); ++i) {
    next.Recall(mac.rows()[i].at, i + 1, mac.rows()[i].event);
  }
  next.Step(mac.Now(), AgentStarted{});
  Policy none = CorpPolicy();
  none.services.clear();
  std::vector<Verdict> verdicts;
  for (const Effect& effect :
       next.Step(mac.Now(), PolicyApplied{std::make_shared<Policy>(none), {.version = 2}})) {
    if (const auto* record = std::get_if<Record>(&effect)) {
      if (const auto* verdict = std::get_if<Verdict>(&record->event)) verdicts.push_back(*verdict);
    }
  }
  ASSERT_EQ(verdicts.size(), 1u);
  EXPECT_EQ(verdicts[0].key, "corp");
  EXPECT_EQ(verdicts[0].time_class, TimeClass::kNotRequired);
}

}  // namespace
}  // namespace holdfast

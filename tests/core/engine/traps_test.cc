// What the OS does that a naive supervisor falls for.
#include "fake_mac.h"

namespace holdfast {
namespace {

void BootConnected(FakeMac& mac) {
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(2));
  ASSERT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineTraps, AServiceThatConnectsIsNotStarted) {
  for (const SessionStatus status :
       {SessionStatus::kConnecting, SessionStatus::kReasserting, SessionStatus::kDisconnecting}) {
    FakeMac mac;
    BootConnected(mac);
    mac.Deliver(kCorp, status);
    mac.Advance(absl::Seconds(20));
    EXPECT_EQ(mac.Starts(kCorp), 1);
  }
}

TEST(EngineTraps, AStartThatCrossedAnotherIsSkippedAndNoFailure) {
  FakeMac mac;
  BootConnected(mac);
  mac.OutcomeOf(kCorp).after = absl::Seconds(5);
  mac.Drops(kCorp, 20);
  mac.Advance(mac.delivery - absl::Milliseconds(1));
  mac.PersonStarts(kCorp);  // our start is sent before this is delivered
  mac.Advance(absl::Seconds(2));
  ASSERT_EQ(mac.Starts(kCorp), 2);
  EXPECT_EQ(mac.Rows<CommandOutcome>().back().result, CommandOutcome::Result::kSkipped);
  EXPECT_EQ(mac.ServiceViewOf("corp").failures_in_row, 0);
  mac.Advance(absl::Seconds(10));
  EXPECT_EQ(mac.Starts(kCorp), 2);
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineTraps, ASkippedStartIsNotRepeatedBlindly) {
  FakeMac mac;
  BootConnected(mac);
  mac.Deliver(kCorp, SessionStatus::kDisconnected, 20);
  mac.Deliver(kCorp, SessionStatus::kConnecting, {}, "Vendor[99]");
  mac.Deliver(kCorp, SessionStatus::kDisconnected, 20);
  EXPECT_EQ(mac.Starts(kCorp), 2);
  mac.Advance(absl::Milliseconds(900));
  EXPECT_EQ(mac.Starts(kCorp), 2);
}

TEST(EngineTraps, AnOldStopReasonAfterADroppedStartIsNoNewStop) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(2));
  mac.PersonStops(kCorp);
  mac.Advance(absl::Seconds(5));
  ASSERT_EQ(mac.ClassOf("corp"), "violation/user");
  mac.OutcomeOf(kCorp).silent = true;
  mac.Advance(absl::Seconds(6));
  ASSERT_EQ(mac.Starts(kCorp), 2);
  // The client's optimistic connecting, then what it reads when it asks again.
  mac.Deliver(kCorp, SessionStatus::kConnecting);
  mac.Deliver(kCorp, SessionStatus::kDisconnected, 1);
  EXPECT_EQ(mac.Rows<CommandOutcome>().back().result, CommandOutcome::Result::kFailed);
  mac.Advance(absl::Seconds(2));
  EXPECT_EQ(mac.Starts(kCorp), 3);  // backoff, not ReconnectAfter
}

TEST(EngineTraps, ARepeatedStatusIsNoChange) {
  FakeMac mac;
  BootConnected(mac);
  const size_t rows = mac.rows().size();
  for (int i = 0; i < 5; ++i) mac.Deliver(kCorp, SessionStatus::kConnected);
  EXPECT_EQ(mac.rows().size(), rows);
}

TEST(EngineTraps, AStaleGenerationIsIgnored) {
  FakeMac mac;
  BootConnected(mac);
  const size_t rows = mac.rows().size();
  SessionEvent stale{.service = kCorp, .generation = 1, .status = SessionStatus::kDisconnected};
  mac.Give(stale);
  EXPECT_EQ(mac.rows().size(), rows);
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineTraps, ARecreatedConfigurationIsBoundAgain) {
  FakeMac mac;
  BootConnected(mac);
  ServiceFacts again = CorpVpn();
  again.id = Uuid::FromName("corp again");
  mac.Install({again});
  EXPECT_EQ(mac.VerdictOf("corp").service, again.id);
  mac.Deliver(again.id, SessionStatus::kDisconnected);
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_EQ(mac.Starts(again.id), 1);
}

TEST(EngineTraps, AfterARestartOfTheSessionManagerStatusesAreLearnedFirst) {
  FakeMac mac;
  BootConnected(mac);
  mac.Give(SessionManagerRestarted{"pid 77"});
  EXPECT_EQ(mac.ClassOf("corp"), "unknown/session_manager");
  EXPECT_TRUE(mac.IncidentIsOpen("session_manager_restart"));
  mac.Advance(absl::Minutes(5));
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Drops(kCorp, 0);
  mac.Advance(mac.delivery);
  EXPECT_FALSE(mac.IncidentIsOpen("session_manager_restart"));
  EXPECT_EQ(mac.Starts(kCorp), 2);
}

TEST(EngineTraps, AStartLostWithTheSessionManagerIsNoFailure) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).hangs = true;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(1));
  mac.Give(SessionManagerRestarted{});
  mac.Deliver(kCorp, SessionStatus::kDisconnected);
  EXPECT_EQ(mac.Starts(kCorp), 2);
  EXPECT_EQ(mac.ServiceViewOf("corp").failures_in_row, 0);
}

TEST(EngineTraps, AFailureThatWasDeliveredWithoutConnectingIsStillAFailure) {
  FakeMac mac;
  BootConnected(mac);
  mac.OutcomeOf(kCorp).silent = true;
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Seconds(1));
  mac.Deliver(kCorp, SessionStatus::kDisconnected, 27);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/certificate");
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.Starts(kCorp), 2);
}

TEST(EngineTraps, OurStopPausesOnDemandUntilTheNextStart) {
  FakeMac mac;
  ServiceFacts facts = CorpVpn();
  facts.on_demand = true;
  mac.Install({facts});
  Policy policy = CorpPolicy();
  policy.services[0].always_connected.allow_disconnect = true;
  policy.services[0].always_connected.reconnect_after.reset();
  mac.Boot(policy);
  mac.Advance(absl::Minutes(1));
  mac.Ask(UserRequest::Verb::kDisconnect, kCorp);
  mac.Advance(absl::Minutes(1));
  EXPECT_THAT(mac.ServiceViewOf("corp").reasons, ::testing::Contains(::testing::HasSubstr("On Demand")));
  mac.Ask(UserRequest::Verb::kConnect, kCorp);
  mac.Advance(absl::Minutes(1));
  EXPECT_THAT(mac.ServiceViewOf("corp").reasons,
              ::testing::Not(::testing::Contains(::testing::HasSubstr("On Demand"))));
}

}  // namespace
}  // namespace holdfast

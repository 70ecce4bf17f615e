// Storms, slow starts, starts that do not begin, services a reboot did not bring back, Setup Assistant.
#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;

IncidentOpened LastOpened(const FakeMac& mac) {
  return mac.Rows<IncidentOpened>().back();
}

StartBurst Burst() {
  return {kCorp, "Vendor Agent[99]", 900, absl::Seconds(2)};
}

TEST(EngineStorm, NamesWhoAskedAndHoldsOurStartsUntilItIsQuiet) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(20));
  const int starts = mac.Starts(kCorp);
  mac.Give(Burst());
  ASSERT_TRUE(mac.IncidentIsOpen("start_storm"));
  EXPECT_THAT(LastOpened(mac).summary, HasSubstr("Vendor Agent[99] asked for a start of Corp VPN 900 times"));
  EXPECT_THAT(LastOpened(mac).evidence, HasSubstr("per_second=450"));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/start_storm");
  mac.Advance(absl::Seconds(40));
  mac.Give(Burst());
  mac.Advance(absl::Seconds(59));
  EXPECT_EQ(mac.Starts(kCorp), starts);
  EXPECT_TRUE(mac.IncidentIsOpen("start_storm"));
  mac.Advance(absl::Seconds(1));
  EXPECT_FALSE(mac.IncidentIsOpen("start_storm"));
  EXPECT_GT(mac.Starts(kCorp), starts);
}

TEST(EngineStorm, IsRememberedThroughARestart) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(20));
  mac.Give(Burst());
  const int starts = mac.Starts(kCorp);
  mac.Restart();
  mac.Advance(absl::Seconds(50));
  EXPECT_EQ(mac.Starts(kCorp), starts);
  mac.Advance(absl::Seconds(11));
  EXPECT_FALSE(mac.IncidentIsOpen("start_storm"));
}

TEST(EngineSlowStart, IsToldAgainstItsOwnHistoryAndNothingIsRestarted) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  for (int i = 0; i < 6; ++i) {
    mac.Advance(absl::Minutes(2));
    mac.Drops(kCorp, 20);
  }
  mac.Advance(absl::Minutes(1));
  mac.Restart();  // the history is in the rows
  mac.Advance(absl::Minutes(1));
  mac.OutcomeOf(kCorp).after = absl::Seconds(45);
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Seconds(9));
  EXPECT_FALSE(mac.IncidentIsOpen("slow_start"));
  mac.Advance(absl::Seconds(3));
  ASSERT_TRUE(mac.IncidentIsOpen("slow_start"));
  EXPECT_THAT(LastOpened(mac).evidence, HasSubstr("p50_s=1; p95_s=1; starts_known=7"));
  mac.Advance(absl::Minutes(1));
  EXPECT_FALSE(mac.IncidentIsOpen("slow_start"));
  EXPECT_THAT(mac.Rows<IncidentClosed>().back().reason, HasSubstr("connected after 45s"));
  EXPECT_EQ(mac.Stops(kCorp), 0);
}

TEST(EngineSlowStart, WithoutAHistoryAMinuteIsSlowAndAPersonIsNot) {
  for (const bool person : {false, true}) {
    FakeMac mac;
    Policy policy = CorpPolicy();
    if (person) policy.services[0].authentication = Authentication::kInteractive;
    mac.Boot(policy);
    mac.OutcomeOf(kCorp).after = absl::Seconds(90);
    if (person) mac.Ask(UserRequest::Verb::kConnect, kCorp);
    mac.Drops(kCorp, 20);
    mac.OutcomeOf(kCorp).after = absl::Seconds(90);
    mac.Advance(absl::Seconds(30));
    EXPECT_FALSE(mac.IncidentIsOpen("slow_start"));
    mac.Advance(absl::Seconds(45));
    EXPECT_EQ(mac.IncidentIsOpen("slow_start"), !person);
  }
}

TEST(EngineReboot, AServiceThatDoesNotComeBackIsToldWithBothReasons) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.boot_grace = absl::Minutes(2);
  mac.Boot(policy);
  mac.Advance(absl::Minutes(5));
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Reboot(34);
  mac.Advance(absl::Seconds(119));
  EXPECT_FALSE(mac.IncidentIsOpen("not_restored_after_boot"));
  mac.Advance(absl::Seconds(2));
  ASSERT_TRUE(mac.IncidentIsOpen("not_restored_after_boot"));
  EXPECT_THAT(LastOpened(mac).evidence, HasSubstr("stopped_before=User logged out (34)"));
  EXPECT_THAT(LastOpened(mac).evidence, HasSubstr("stop_reason=Server is not responding (20)"));
  mac.OutcomeOf(kCorp).stop_reason.reset();
  mac.Advance(absl::Minutes(10));
  EXPECT_FALSE(mac.IncidentIsOpen("not_restored_after_boot"));
}

TEST(EngineReboot, OneThatComesBackOrWasDownBeforeIsNoIncident) {
  for (const bool was_down : {false, true}) {
    FakeMac mac;
    Policy policy = CorpPolicy();
    policy.boot_grace = absl::Minutes(2);
    mac.Boot(policy);
    mac.Advance(absl::Minutes(5));
    if (was_down) {
      mac.OutcomeOf(kCorp).stop_reason = 20;
      mac.Drops(kCorp, 20);
      mac.Advance(absl::Minutes(5));
    }
    mac.Reboot();
    mac.Advance(absl::Minutes(10));
    EXPECT_THAT(mac.Rows<IncidentOpened>(), ::testing::Not(::testing::Contains(::testing::Field(
                                                &IncidentOpened::name, "not_restored_after_boot"))));
  }
}

TEST(EngineReboot, AStopByTheSystemAtShutdownIsNoPersons) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.services[0].always_connected.allow_disconnect = true;
  policy.services[0].always_connected.reconnect_after.reset();
  mac.Boot(policy);
  mac.Advance(absl::Minutes(5));
  mac.Reboot(1);
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineReboot, ABackoffGoesOnByTheWallClock) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.boots_logged_in = false;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(40));
  const ServiceView before = mac.ServiceViewOf("corp");
  mac.Reboot();
  EXPECT_GE(*mac.ServiceViewOf("corp").next.at, *before.next.at);
}

TEST(EngineExhaustion, ThreeStartsThatDoNotEvenBeginAreTold) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(2));
  mac.OutcomeOf(kCorp).silent = true;
  mac.Drops(kCorp, 20);
  for (int i = 0; i < 3; ++i) {
    mac.Advance(absl::Seconds(5));
    // The client's hope, and what it reads a moment later.
    mac.Deliver(kCorp, SessionStatus::kConnecting);
    mac.Deliver(kCorp, SessionStatus::kDisconnected, 20);
  }
  EXPECT_FALSE(mac.IncidentIsOpen("session_manager_exhausted"));  // each was seconds after its start

  for (int i = 0; i < 3; ++i) {
    while (mac.Rows<Command>().size() == mac.Rows<CommandOutcome>().size())
      mac.Advance(absl::Milliseconds(50));
    mac.Deliver(kCorp, SessionStatus::kConnecting);
    mac.Deliver(kCorp, SessionStatus::kDisconnected, 20);
  }
  EXPECT_TRUE(mac.IncidentIsOpen("session_manager_exhausted"));
  mac.Give(SessionManagerRestarted{"pid 78"});
  EXPECT_FALSE(mac.IncidentIsOpen("session_manager_exhausted"));
}

TEST(EngineSetup, NothingIsJudgedOrShownUntilSetupAssistantHasEnded) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.services[0].authentication = Authentication::kInteractive;
  mac.Give(SetupFacts{true});
  mac.Boot(policy);
  mac.Advance(absl::Hours(1));
  EXPECT_TRUE(mac.Rows<Verdict>().empty());
  EXPECT_TRUE(mac.Notices().empty());
  mac.Give(SetupFacts{false});
  mac.Advance(absl::Seconds(1));
  EXPECT_EQ(mac.ClassOf("corp"), "awaiting_user/interactive");
  EXPECT_EQ(mac.Notices().size(), 1u);
}

TEST(EngineSetup, StartsAreNotHeldAndTheHoldCanBeSwitchedOff) {
  for (const bool hold : {true, false}) {
    FakeMac mac;
    Policy policy = CorpPolicy();
    policy.setup_hold = hold;
    mac.Give(SetupFacts{true});
    mac.Boot(policy);
    mac.Advance(absl::Seconds(5));
    EXPECT_EQ(mac.Real(kCorp), SessionStatus::kConnected);
    EXPECT_EQ(mac.Rows<Verdict>().empty(), hold);
  }
}

}  // namespace
}  // namespace holdfast

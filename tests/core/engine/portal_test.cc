#include "fake_mac.h"

namespace holdfast {
namespace {

// Behind a portal no gateway answers.
void GoBehindPortal(FakeMac& mac, const std::string& network) {
  mac.portal = PortalState::kCaptive;
  mac.OutcomeOf(kCorp) = {.stop_reason = 20, .after = absl::Seconds(2)};
  mac.SetPath(false);
  mac.Drops(kCorp, 5);
  mac.SetPath(true, network);
}

int Looks(const FakeMac& mac) {
  int count = 0;
  for (const auto& [at, effect] : mac.effects()) count += std::holds_alternative<LookForPortal>(effect);
  return count;
}

TEST(EnginePortal, NobodyAsksWhileEverythingIsUp) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(5));
  const int before = Looks(mac);
  mac.Advance(absl::Hours(2));
  EXPECT_EQ(Looks(mac), before);
}

TEST(EnginePortal, AHoldPausesUsAndExcusesTheTime) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  GoBehindPortal(mac, "cafe");
  mac.Advance(absl::Seconds(10));
  EXPECT_EQ(mac.ClassOf("corp"), "excused/captive_hold");
  const int starts = mac.Starts(kCorp);
  mac.Advance(absl::Minutes(4));
  EXPECT_EQ(mac.Starts(kCorp), starts);
  EXPECT_EQ(mac.ServiceViewOf("corp").next.what, "start");
  EXPECT_EQ(mac.ServiceViewOf("corp").reasons.front().find("A captive portal wants a person to sign in"), 0u);
}

TEST(EnginePortal, SigningInStartsAtOnce) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  GoBehindPortal(mac, "cafe");
  mac.Advance(absl::Minutes(1));
  mac.portal = PortalState::kOpen;
  mac.OutcomeOf(kCorp) = {};
  mac.Advance(absl::Seconds(12));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EnginePortal, AfterTheTimeoutWeTryAndThereIsNoNetwork) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  GoBehindPortal(mac, "cafe");
  mac.Advance(absl::Minutes(4));
  const int starts = mac.Starts(kCorp);
  mac.Advance(absl::Minutes(4));
  EXPECT_EQ(mac.ClassOf("corp"), "no_network/captive_portal");
  EXPECT_GT(mac.Starts(kCorp), starts);
}

TEST(EnginePortal, AGatewayThatAnswersShowsThatTrafficFlows) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  GoBehindPortal(mac, "cafe");
  mac.OutcomeOf(kCorp) = {.stop_reason = 23};
  mac.Advance(absl::Minutes(8));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/authentication");
}

TEST(EnginePortal, AServiceThatIsUpIsProtectedBehindItToo) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  mac.portal = PortalState::kCaptive;
  mac.SetPath(true, "cafe");
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EnginePortal, TheFourthHoldOfADayOnOneNetworkIsNotGiven) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  for (int i = 0; i < 4; ++i) {
    mac.portal = PortalState::kOpen;
    mac.OutcomeOf(kCorp) = {};
    mac.SetPath(true, "home");
    mac.Advance(absl::Minutes(20));
    EXPECT_FALSE(mac.IncidentIsOpen("captive_hold_exhausted")) << i;
    GoBehindPortal(mac, "cafe");
    mac.Advance(absl::Seconds(30));
    EXPECT_EQ(mac.ClassOf("corp") == "excused/captive_hold", i < 3) << i << mac.ClassOf("corp");
  }
  EXPECT_TRUE(mac.IncidentIsOpen("captive_hold_exhausted"));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/server_unreachable");
  // Another network has its own budget.
  GoBehindPortal(mac, "station");
  mac.Advance(absl::Seconds(30));
  EXPECT_FALSE(mac.IncidentIsOpen("captive_hold_exhausted"));
  EXPECT_EQ(mac.ClassOf("corp"), "excused/captive_hold");
}

TEST(EnginePortal, ARestartOfTheAgentRefillsNoBudget) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.captive_portal.max_holds_per_network_per_day = 1;
  mac.Boot(policy);
  mac.Advance(absl::Minutes(1));
  GoBehindPortal(mac, "cafe");
  mac.Advance(absl::Minutes(1));
  mac.Restart();
  mac.Advance(absl::Seconds(30));
  EXPECT_TRUE(mac.IncidentIsOpen("captive_hold_exhausted"));
}

TEST(EnginePortal, WakingUpIntoAPortalHolds) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  mac.Give(PowerChanged{PowerEvent::kWillSleep});
  mac.Drops(kCorp, 9);
  mac.portal = PortalState::kCaptive;
  mac.OutcomeOf(kCorp) = {.stop_reason = 20, .after = absl::Seconds(2)};
  mac.Advance(absl::Hours(1));
  const int asleep = Looks(mac);
  mac.Give(PowerChanged{PowerEvent::kFullWake});
  mac.Advance(absl::Seconds(30));
  EXPECT_GT(Looks(mac), asleep);
  EXPECT_EQ(mac.ClassOf("corp"), "excused/captive_hold");
}

TEST(EnginePortal, ASuspicionThatComesTooSoonIsLookedIntoLater) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(5));  // the pages were asked at the start
  mac.portal = PortalState::kCaptive;
  mac.OutcomeOf(kCorp).after = absl::Hours(9);
  mac.Drops(kCorp, 20);
  const int before = Looks(mac);
  mac.Advance(absl::Seconds(20));
  EXPECT_EQ(Looks(mac), before);
  mac.Advance(absl::Seconds(20));
  EXPECT_GT(Looks(mac), before);
  EXPECT_EQ(mac.ClassOf("corp"), "excused/captive_hold");
}

TEST(EnginePortal, AnAttemptThatGetsStuckRaisesTheSuspicion) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  mac.portal = PortalState::kCaptive;
  mac.OutcomeOf(kCorp).after = absl::Hours(9);
  mac.Drops(kCorp, 23);  // refused credentials say nothing of a portal
  const int before = Looks(mac);
  mac.Advance(CorpPolicy().stuck_connecting - absl::Seconds(1));
  ASSERT_EQ(Looks(mac), before);
  mac.Advance(absl::Seconds(10));
  EXPECT_GT(Looks(mac), before);
}

TEST(EnginePortal, APortalThatSaysNothingAnyMoreIsStillThere) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  GoBehindPortal(mac, "cafe");
  mac.Advance(absl::Seconds(30));
  mac.portal = PortalState::kUnknown;
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ClassOf("corp"), "excused/captive_hold");
}

TEST(EnginePortal, NotifyOnlyTellsThePerson) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.captive_portal.action = CaptiveAction::kNotify;
  mac.Boot(policy);
  mac.Advance(absl::Minutes(1));
  GoBehindPortal(mac, "cafe");
  mac.Advance(absl::Minutes(1));
  ASSERT_EQ(mac.Notices().size(), 1u);
  EXPECT_EQ(mac.Notices()[0].title, "This network wants you to sign in");
  EXPECT_EQ(mac.ClassOf("corp"), "violation/server_unreachable");
}

TEST(EnginePortal, NobodyIsToldWhileTheMacIsBeingSetUp) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.captive_portal.action = CaptiveAction::kNotify;
  mac.Give(SetupFacts{true});
  mac.Boot(policy);
  mac.Advance(absl::Minutes(1));
  GoBehindPortal(mac, "cafe");
  mac.Advance(absl::Minutes(1));
  EXPECT_GT(Looks(mac), 0);
  EXPECT_TRUE(mac.Notices().empty());
}

TEST(EnginePortal, NoneAsksNothing) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.captive_portal.action = CaptiveAction::kNone;
  mac.Boot(policy);
  GoBehindPortal(mac, "cafe");
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(Looks(mac), 0);
}

TEST(EnginePortal, AnAnswerFromTheLastNetworkIsDropped) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  mac.Give(PortalFacts{PortalState::kCaptive, "yesterday", ""});
  mac.Advance(absl::Seconds(1));
  EXPECT_NE(mac.View().portal, PortalState::kCaptive);
}

}  // namespace
}  // namespace holdfast

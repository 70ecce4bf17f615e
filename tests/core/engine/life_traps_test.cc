// Traps of a Mac's life: logins, clocks, long sleeps, renamed and new services, policies in a row.
#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;

Policy UserPolicy() {
  Policy policy = CorpPolicy();
  policy.services[0].authentication = Authentication::kUser;
  policy.services[0].always_connected.since = Since::kLogin;
  return policy;
}

TEST(EngineLifeTraps, ARenamedServiceKeepsItsKeyWhereTheRuleMatchesMoreThanTheName) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.services[0].match = {.identifier = kCorp};
  mac.Boot(policy);
  mac.Advance(absl::Minutes(1));
  ServiceFacts renamed = CorpVpn();
  renamed.name = "Head Office VPN";
  mac.Install({renamed});
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_EQ(mac.ServiceViewOf("corp").facts.name, "Head Office VPN");
  EXPECT_EQ(mac.Starts(kCorp), 1);
}

TEST(EngineLifeTraps, ARenamedServiceThatNoRuleMatchesAnyMoreIsMissingAndLeftAlone) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  ServiceFacts renamed = CorpVpn();
  renamed.name = "Head Office VPN";
  mac.Install({renamed});
  EXPECT_EQ(mac.ClassOf("corp"), "violation/service_missing");
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.Starts(kCorp), 1);
}

TEST(EngineLifeTraps, AServiceThatConnectsForItsFirstTimeHasTheWholeTime) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).after = absl::Seconds(140);  // its provider is being approved
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(145));
  EXPECT_EQ(mac.Stops(kCorp), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineLifeTraps, AWakeWithoutAUsablePathWaitsAndStartsOnceItIsThere) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  mac.Give(PowerChanged{PowerEvent::kWillSleep});
  mac.Drops(kCorp, 9);
  mac.Advance(absl::Hours(1));
  mac.SetPath(false);
  mac.Give(PowerChanged{PowerEvent::kFullWake});
  // The portal's network: an address, and no resolver that answers yet.
  mac.Give(
      PathFacts{.satisfied = true, .has_resolver = false, .interface_name = "en0", .network_id = "hotel"});
  mac.Advance(absl::Minutes(10));
  EXPECT_EQ(mac.Starts(kCorp), 1);
  EXPECT_EQ(mac.ClassOf("corp"), "no_network/no_network");
  mac.SetPath(true, "hotel");
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineLifeTraps, ALogoutWaitsForTheNextPersonAndIsNoPersonsStop) {
  FakeMac mac;
  mac.Boot(UserPolicy());
  mac.Advance(absl::Minutes(1));
  mac.Logout();
  mac.Drops(kCorp, 34);
  mac.Advance(absl::Hours(8));
  EXPECT_EQ(mac.ClassOf("corp"), "awaiting_user/waiting_for_login");
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Login(502, "grace");
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineLifeTraps, FastUserSwitchingRestoresForTheOneAtTheConsole) {
  FakeMac mac;
  mac.Boot(UserPolicy());
  mac.Advance(absl::Minutes(1));
  mac.Login(502, "grace");
  mac.Drops(kCorp, 35);
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  const auto* start = std::get_if<StartSession>(
      &std::find_if(mac.effects().rbegin(), mac.effects().rend(), [](const auto& e) {
         return std::holds_alternative<StartSession>(e.second);
       })->second);
  EXPECT_EQ(start->as_uid, 502u);
  EXPECT_EQ(mac.ServiceViewOf("corp").failures_in_row, 0);
}

TEST(EngineLifeTraps, BehindFileVaultsLoginNothingOfAPersonIsTried) {
  FakeMac mac;
  mac.boots_logged_in = false;
  mac.Boot(UserPolicy());
  mac.Advance(absl::Hours(12));
  EXPECT_EQ(mac.Starts(kCorp), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "awaiting_user/waiting_for_login");
  EXPECT_TRUE(mac.Notices().empty());
}

TEST(EngineLifeTraps, AnExpiredPasswordIsTriedOnceMoreAlsoOverRestartsAndReboots) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 23;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(5));
  ASSERT_EQ(mac.Starts(kCorp), 2);
  mac.Restart(false);
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.Starts(kCorp), 2);
  EXPECT_EQ(mac.Notices().size(), 1u);
}

TEST(EngineLifeTraps, ASignInWindowMayBeOpenForEightMinutes) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.services[0].authentication = Authentication::kInteractive;
  mac.OutcomeOf(kCorp).after = absl::Minutes(8);
  mac.Boot(policy);
  mac.Ask(UserRequest::Verb::kConnect, kCorp);
  mac.Advance(absl::Minutes(8) - absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "awaiting_user/interactive");
  mac.Advance(absl::Seconds(10));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_EQ(mac.Stops(kCorp), 0);
  EXPECT_FALSE(mac.IncidentIsOpen("slow_start"));
}

TEST(EngineLifeTraps, AClockThatJumpsADayEitherWayMovesNoDeadline) {
  for (const absl::Duration jump : {absl::Hours(24), -absl::Hours(24)}) {
    FakeMac mac;
    mac.OutcomeOf(kCorp).stop_reason = 20;
    mac.Boot(CorpPolicy());
    mac.Advance(absl::Seconds(40));
    const ServiceView before = mac.ServiceViewOf("corp");
    mac.JumpWall(jump);
    mac.Give(TimerFired{});
    EXPECT_EQ(mac.Rows<ClockJump>().size(), 1u);
    EXPECT_EQ(mac.ServiceViewOf("corp").next.at, before.next.at);
    mac.Restart();
    EXPECT_EQ(mac.ServiceViewOf("corp").next.at, before.next.at);
    EXPECT_EQ(mac.ServiceViewOf("corp").attempts_last_hour, before.attempts_last_hour);
  }
}

TEST(EngineLifeTraps, TwoPoliciesInAnHourDisturbNoTunnelThatIsUp) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(20));
  Policy stricter = CorpPolicy();
  stricter.reconnect.backoff.max = absl::Seconds(30);
  for (const Policy& policy : {stricter, CorpPolicy()}) {
    mac.Apply(policy);
    mac.Advance(absl::Minutes(20));
  }
  EXPECT_EQ(mac.Starts(kCorp), 1);
  EXPECT_EQ(mac.Stops(kCorp), 0);
  EXPECT_EQ(mac.ClassesOf("corp").back(), "protected/tunnel_up");
}

TEST(EngineLifeTraps, AfterAWeekAsleepItStartsOnceAndTheWeekIsAsleep) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  mac.Give(PowerChanged{PowerEvent::kWillSleep});
  mac.Drops(kCorp, 9);
  mac.Advance(absl::Hours(24 * 7));
  EXPECT_EQ(mac.ClassOf("corp"), "asleep_or_off/asleep");
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Give(PowerChanged{PowerEvent::kFullWake});
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.Starts(kCorp), 2);
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

}  // namespace
}  // namespace holdfast

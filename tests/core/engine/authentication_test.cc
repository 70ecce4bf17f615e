#include "fake_mac.h"

namespace holdfast {
namespace {

Policy PolicyWith(Authentication authentication, Since since = Since::kLogin) {
  Policy policy = CorpPolicy();
  policy.services[0].authentication = authentication;
  policy.services[0].always_connected.since = since;
  return policy;
}

std::optional<uint32_t> LastStartedAs(const FakeMac& mac) {
  std::optional<uint32_t> as;
  for (const auto& [at, effect] : mac.effects()) {
    if (const auto* start = std::get_if<StartSession>(&effect)) as = start->as_uid;
  }
  return as;
}

TEST(EngineAuthentication, MachineServicesStartBeforeLoginAsTheDaemon) {
  FakeMac mac;
  mac.boots_logged_in = false;
  mac.Boot(PolicyWith(Authentication::kMachine, Since::kBoot));
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.Starts(kCorp), 1);
  EXPECT_EQ(LastStartedAs(mac), std::nullopt);
}

TEST(EngineAuthentication, UserServicesWaitForTheConsoleUserAndStartAsThem) {
  FakeMac mac;
  mac.boots_logged_in = false;
  mac.Boot(PolicyWith(Authentication::kUser));
  mac.Advance(absl::Minutes(30));
  EXPECT_EQ(mac.Starts(kCorp), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "awaiting_user/waiting_for_login");
  mac.Login(502, "grace");
  EXPECT_EQ(mac.Starts(kCorp), 1);
  EXPECT_EQ(LastStartedAs(mac), 502u);
  EXPECT_TRUE(mac.Rows<Command>().back().as_user);
}

TEST(EngineAuthentication, AMachineServiceRequiredSinceLoginStaysRequiredAfterLogout) {
  FakeMac mac;
  mac.boots_logged_in = false;
  mac.Boot(PolicyWith(Authentication::kMachine));
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.Starts(kCorp), 0);
  mac.Login(501, "ada");
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Logout();
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.Starts(kCorp), 2);
}

TEST(EngineAuthentication, FallsBackWhereTheBackEndCannotStartForAUser) {
  FakeMac mac;
  mac.honours_on_behalf = false;
  mac.Boot(PolicyWith(Authentication::kUser));
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.Real(kCorp), SessionStatus::kConnected);
  EXPECT_EQ(mac.Starts(kCorp), 2);
  EXPECT_EQ(LastStartedAs(mac), std::nullopt);
  EXPECT_EQ(mac.Rows<CommandOutcome>()[0].result, CommandOutcome::Result::kRefused);
}

// What a back end says of itself is believed, and a replay knows it from the row.
TEST(EngineAuthentication, ABackEndSaysWhetherItCanStartForAUser) {
  FakeMac mac;
  mac.Boot(PolicyWith(Authentication::kUser));
  mac.Advance(absl::Minutes(1));
  EXPECT_NE(LastStartedAs(mac), std::nullopt);
  mac.Give(SelfCheck{kSessionBackend, {{kOnBehalfOfUser, false, "not here"}}});
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(LastStartedAs(mac), std::nullopt);
  EXPECT_EQ(mac.Starts(kCorp), 2);
  mac.Give(SelfCheck{kSessionBackend, {{kOnBehalfOfUser, true, ""}}});
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Minutes(2));
  EXPECT_NE(LastStartedAs(mac), std::nullopt);
}

TEST(EngineAuthentication, InteractiveServicesAreNeverStartedUnasked) {
  FakeMac mac;
  mac.Boot(PolicyWith(Authentication::kInteractive));
  mac.Advance(absl::Hours(3));
  EXPECT_EQ(mac.Starts(kCorp), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "awaiting_user/interactive");
}

TEST(EngineAuthentication, ThePersonIsToldOncePerEpisodeThatAnInteractiveServiceWaits) {
  FakeMac mac;
  mac.Boot(PolicyWith(Authentication::kInteractive));
  mac.Advance(absl::Hours(1));
  ASSERT_EQ(mac.Notices().size(), 1u);
  EXPECT_EQ(mac.Notices()[0].uid, 501u);
  mac.PersonStarts(kCorp);
  mac.Advance(absl::Hours(1));
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.Notices().size(), 2u);
}

TEST(EngineAuthentication, AnInteractiveServiceIsStartedWhenThePersonAsks) {
  FakeMac mac;
  mac.Boot(PolicyWith(Authentication::kInteractive));
  const auto answer = mac.AnswerTo(mac.Ask(UserRequest::Verb::kConnect, kCorp));
  EXPECT_TRUE(answer.status.ok());
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_EQ(LastStartedAs(mac), 501u);
}

TEST(EngineAuthentication, APersonInASignInWindowIsNotInterrupted) {
  FakeMac mac;
  mac.Boot(PolicyWith(Authentication::kInteractive));
  mac.OutcomeOf(kCorp).hangs = true;
  mac.PersonStarts(kCorp);
  mac.Advance(absl::Minutes(9));
  EXPECT_FALSE(mac.IncidentIsOpen("stuck_connecting"));
  mac.Advance(absl::Minutes(2));
  EXPECT_TRUE(mac.IncidentIsOpen("stuck_connecting"));
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.Stops(kCorp), 0);
  EXPECT_EQ(mac.Starts(kCorp), 0);
}

TEST(EngineAuthentication, AUserScopedRuleIsNotRequiredWithoutAUser) {
  FakeMac mac;
  Policy policy = PolicyWith(Authentication::kUser);
  policy.services[0].scope = RuleScope::kUser;
  mac.Boot(policy);
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  mac.Logout();
  EXPECT_EQ(mac.ClassOf("corp"), "not_required/not_required");
  mac.Drops(kCorp, 34);
  mac.Advance(absl::Minutes(10));
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Login(501, "ada");
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

}  // namespace
}  // namespace holdfast

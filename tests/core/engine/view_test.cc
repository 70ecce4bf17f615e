#include "absl/strings/match.h"
#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;

TEST(EngineView, ListsRequiredServicesFirstThenTheOthersByName) {
  FakeMac mac;
  ServiceFacts a{.id = Uuid::FromName("a"), .name = "A"};
  ServiceFacts b{.id = Uuid::FromName("b"), .name = "B"};
  mac.Install({b, CorpVpn(), a});
  Policy policy = CorpPolicy();
  ServiceRule missing = policy.services[0];
  missing.label = "missing";
  missing.match.name = "Nowhere";
  policy.services.push_back(missing);
  mac.Boot(policy);
  std::vector<std::string> names;
  for (const ServiceView& view : mac.View().services) {
    names.push_back(view.facts.name.empty() ? view.key : view.facts.name);
  }
  EXPECT_THAT(names, ::testing::ElementsAre("Corp VPN", "missing", "A", "B"));
}

TEST(EngineView, SaysWhatComesNextAndWhen) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(12));
  const ServiceView view = mac.ServiceViewOf("corp");
  EXPECT_EQ(view.next.what, "retry");
  ASSERT_TRUE(view.next.at.has_value());
  EXPECT_GT(*view.next.at, mac.Now().mono);
  EXPECT_THAT(view.reasons[0],
              HasSubstr("the gateway was not reached or refused (Server is not responding)"));
  EXPECT_GT(view.failures_in_row, 0);
}

TEST(EngineView, ExplainsEachStateInWords) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ServiceViewOf("corp").reasons[0], "It is connected.");
  mac.SetPath(false);
  mac.Drops(kCorp, 4);
  mac.Advance(absl::Seconds(1));
  EXPECT_EQ(mac.ServiceViewOf("corp").next.what, "nothing until the network is back");
  mac.SetPath(true);
  mac.Advance(absl::Minutes(1));
  mac.PersonStops(kCorp);
  mac.Advance(absl::Seconds(2));
  EXPECT_THAT(mac.ServiceViewOf("corp").reasons[0],
              HasSubstr("A person disconnected it; it is restored in 8s"));
  mac.Ask(UserRequest::Verb::kOverride, kCorp, "a long enough reason", absl::Minutes(10));
  EXPECT_THAT(mac.ServiceViewOf("corp").reasons[0], HasSubstr("for another 10m 00s"));
  EXPECT_TRUE(mac.ServiceViewOf("corp").override_until.has_value());
}

TEST(EngineView, SaysNothingTwice) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 23;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(10));
  ASSERT_EQ(mac.ClassOf("corp"), "violation/authentication");
  int told = 0;
  for (const std::string& reason : mac.ServiceViewOf("corp").reasons) {
    told += absl::StrContains(reason, "The last failure");
  }
  EXPECT_EQ(told, 1);
}

TEST(EngineView, WhileTheMacSleepsNothingComesBeforeItIsAwake) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).after = absl::Seconds(30);
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(10));
  ASSERT_EQ(mac.ServiceViewOf("corp").next.what, "look again");
  mac.Give(PowerChanged{PowerEvent::kWillSleep});
  EXPECT_EQ(mac.ServiceViewOf("corp").next.what, "nothing until the Mac is awake");
}

TEST(EngineView, InAuditModeNoStartIsPromised) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.mode = EnforcementMode::kAudit;
  policy.reconnect.backoff.initial = policy.reconnect.backoff.max = absl::Minutes(5);
  mac.Boot(policy);
  mac.PersonStarts(kCorp);
  mac.Advance(absl::Minutes(1));
  ASSERT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Drops(kCorp, 20);
  mac.PersonStarts(kCorp);
  mac.Advance(absl::Minutes(1));
  ASSERT_EQ(mac.ClassOf("corp"), "violation/server_unreachable");
  const ServiceView view = mac.ServiceViewOf("corp");
  EXPECT_EQ(view.next.what, "only note a start");
  EXPECT_TRUE(view.next.at.has_value());
  EXPECT_THAT(view.reasons[0], HasSubstr("In audit mode Holdfast does not try again"));
}

TEST(EngineView, SwitchedOffItSaysSo) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.mode = EnforcementMode::kOff;
  mac.Boot(policy);
  for (const ServiceView& view : mac.View().services) {
    EXPECT_EQ(view.reasons[0], "The policy switches enforcement off; nothing is judged or started.");
    EXPECT_EQ(view.next.why, "enforcement is off");
  }
}

TEST(EngineView, WhileTheMacIsSetUpNothingCounts) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Give(SetupFacts{true});
  const ServiceView view = mac.ServiceViewOf("corp");
  EXPECT_EQ(view.verdict.time_class, TimeClass::kNotRequired);
  EXPECT_THAT(view.reasons[0], HasSubstr("Setup Assistant is running"));
}

TEST(EngineView, WhatIsStuckWithAnOpenCircuitSaysWhenItIsTriedAgain) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).after = absl::Hours(9);
  mac.Boot(CorpPolicy());
  for (int minutes = 0; minutes < 60 && !mac.ServiceViewOf("corp").circuit_open; ++minutes) {
    mac.Advance(absl::Minutes(1));
  }
  ASSERT_TRUE(mac.ServiceViewOf("corp").circuit_open);
  mac.Advance(absl::Minutes(3));  // stuck again, and nothing may be done about it
  const ServiceView view = mac.ServiceViewOf("corp");
  ASSERT_EQ(view.status, SessionStatus::kConnecting);
  EXPECT_EQ(view.next.what, "retry");
  EXPECT_TRUE(view.next.at.has_value());
}

TEST(EngineView, AProgramThatStopsItIsNamed) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  mac.PersonStops(kCorp, "Vendor Client[42]");
  mac.Advance(absl::Seconds(2));
  EXPECT_THAT(mac.ServiceViewOf("corp").reasons[0],
              HasSubstr("Vendor Client[42] disconnected it; it is restored"));
}

TEST(EngineView, ChangesNothing) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(CorpPolicy());
  const auto deadline = mac.engine().NextDeadline();
  mac.View();
  EXPECT_EQ(mac.engine().NextDeadline(), deadline);
}

}  // namespace
}  // namespace holdfast

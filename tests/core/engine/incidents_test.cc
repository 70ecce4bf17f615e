#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;

TEST(EngineIncidents, AtMostOneIsOpenByNameAndKey) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  for (int i = 0; i < 3; ++i) mac.Give(IncidentReported{"disk_full", "", "no space left"});
  EXPECT_EQ(mac.Rows<IncidentOpened>().size(), 1u);
  EXPECT_EQ(mac.Rows<IncidentOpened>()[0].severity, "error");
  mac.Give(IncidentReported{"disk_full", "", "there is space again", false});
  mac.Give(IncidentReported{"disk_full", "", "there is space again", false});
  ASSERT_EQ(mac.Rows<IncidentClosed>().size(), 1u);
  EXPECT_EQ(mac.Rows<IncidentClosed>()[0].reason, "there is space again");
}

TEST(EngineIncidents, SayWhatChangedBefore) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(30));
  mac.SetPath(true, "home");
  mac.Advance(absl::Minutes(2));
  mac.Give(IncidentReported{"slow_start", "", "slow"});
  EXPECT_EQ(mac.Rows<IncidentOpened>()[0].suspects, "network changed 2m 00s before");
}

TEST(EngineIncidents, ARejectedPolicyKeepsTheLastGoodOneAndIsSettledByTheNext) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Give(PolicyRejected{{.outcome = PolicyChange::Outcome::kRejected,
                           .version = 9,
                           .source = "server",
                           .error = "Services[0].Match: is empty"}});
  EXPECT_TRUE(mac.IncidentIsOpen("policy_rejected"));
  EXPECT_THAT(mac.View().policy_error, HasSubstr("Services[0].Match"));
  EXPECT_EQ(mac.View().policy_version, 1u);
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  mac.Apply(CorpPolicy());
  EXPECT_FALSE(mac.IncidentIsOpen("policy_rejected"));
  EXPECT_EQ(mac.View().policy_error, "");
}

TEST(EngineIncidents, AClockJumpIsARowAndAnIncidentThatClosesAtOnce) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.JumpWall(absl::Seconds(4));
  mac.Give(TimerFired{});
  EXPECT_TRUE(mac.Rows<ClockJump>().empty());
  mac.JumpWall(-absl::Hours(1));
  mac.Give(TimerFired{});
  ASSERT_EQ(mac.Rows<ClockJump>().size(), 1u);
  EXPECT_EQ(mac.Rows<ClockJump>()[0].wall_minus_mono, -absl::Hours(1));
  EXPECT_EQ(mac.Rows<IncidentOpened>().back().name, "clock_jump");
  EXPECT_EQ(mac.Rows<IncidentClosed>().back().name, "clock_jump");
}

TEST(EngineIncidents, WhatAServiceHadIsSettledWhenItIsNotRequiredAnyMore) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 27;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  ASSERT_TRUE(mac.IncidentIsOpen("certificate_invalid"));
  Policy none = CorpPolicy();
  none.services.clear();
  mac.Apply(none);
  EXPECT_TRUE(mac.View().incidents.empty());
}

TEST(EngineIncidents, AnUnregisteredNameIsAWarning) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Give(IncidentReported{"of_a_newer_part", "k", "something"});
  EXPECT_EQ(mac.Rows<IncidentOpened>()[0].severity, "warning");
}

}  // namespace
}  // namespace holdfast

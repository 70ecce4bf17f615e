#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::ElementsAre;

std::vector<double> Gaps(const std::vector<MonoTime>& times) {
  std::vector<double> gaps;
  for (size_t i = 1; i < times.size(); ++i) gaps.push_back(absl::ToDoubleSeconds(times[i] - times[i - 1]));
  return gaps;
}

TEST(EngineFailure, BacksOffExponentiallyWhenTheServerIsUnreachable) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(25));
  const auto gaps = Gaps(mac.StartTimes(kCorp));
  ASSERT_GE(gaps.size(), 4u);
  // Each attempt itself takes 1.021 s to fail and be delivered.
  EXPECT_NEAR(gaps[0], 1.021 + 1, 1e-6);
  EXPECT_NEAR(gaps[1], 1.021 + 2, 1e-6);
  EXPECT_NEAR(gaps[2], 1.021 + 4, 1e-6);
  EXPECT_NEAR(gaps[3], 1.021 + 8, 1e-6);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/server_unreachable");
}

TEST(EngineFailure, TheVerdictDoesNotFlapBetweenRetries) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(5));
  const auto classes = mac.ClassesOf("corp");
  EXPECT_LE(classes.size(), 4u) << ::testing::PrintToString(classes);
}

TEST(EngineFailure, JitterComesFromTheSeed) {
  Policy policy = CorpPolicy();
  policy.reconnect.backoff.jitter = 0.5;
  std::vector<std::vector<MonoTime>> runs;
  for (uint64_t seed : {7u, 7u, 8u}) {
    FakeMac mac(seed);
    mac.OutcomeOf(kCorp).stop_reason = 20;
    mac.Boot(policy);
    mac.Advance(absl::Minutes(5));
    runs.push_back(mac.StartTimes(kCorp));
  }
  EXPECT_EQ(runs[0], runs[1]);
  EXPECT_NE(runs[0], runs[2]);
}

TEST(EngineFailure, AuthenticationIsTriedOnceMoreThenThePersonIsAsked) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 23;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Hours(12));
  EXPECT_EQ(mac.Starts(kCorp), 2);
  EXPECT_TRUE(mac.IncidentIsOpen("authentication_failed"));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/authentication");
  ASSERT_EQ(mac.Notices().size(), 1u);
  EXPECT_THAT(mac.Notices()[0].text, ::testing::HasSubstr("holdfastctl connect"));
}

TEST(EngineFailure, APathChangeDoesNotClearAnAuthenticationFailure) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 23;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(5));
  mac.SetPath(true, "home");
  mac.SetPath(false);
  mac.SetPath(true, "office");
  mac.Give(PowerChanged{PowerEvent::kWillSleep});
  mac.Give(PowerChanged{PowerEvent::kFullWake});
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.Starts(kCorp), 2);
}

TEST(EngineFailure, FailedAttemptsOfOthersCountAgainstTheOneRetry) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  mac.OutcomeOf(kCorp).stop_reason = 23;
  mac.boots_with_path = false;
  mac.Boot(policy);
  mac.SetPath(false);
  for (int i = 0; i < 2; ++i) {
    mac.PersonStarts(kCorp);
    mac.Advance(absl::Seconds(5));
  }
  mac.SetPath(true);
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.Starts(kCorp), 0);
}

TEST(EngineFailure, ACertificateIsNotRetried) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 27;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Hours(12));
  EXPECT_EQ(mac.Starts(kCorp), 1);
  EXPECT_TRUE(mac.IncidentIsOpen("certificate_invalid"));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/certificate");
}

class WhatClearsAHold : public ::testing::Test {
 protected:
  WhatClearsAHold() {
    mac_.OutcomeOf(kCorp).stop_reason = 27;
    mac_.Boot(CorpPolicy());
    mac_.Advance(absl::Minutes(5));
    mac_.OutcomeOf(kCorp).stop_reason.reset();
  }
  void ExpectCleared() {
    mac_.Advance(absl::Seconds(10));
    EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
    EXPECT_FALSE(mac_.IncidentIsOpen("certificate_invalid"));
  }
  FakeMac mac_;
};

TEST_F(WhatClearsAHold, ANewPolicy) {
  mac_.Apply(CorpPolicy());
  ExpectCleared();
}
TEST_F(WhatClearsAHold, AReinstalledConfiguration) {
  ServiceFacts renewed = CorpVpn();
  renewed.payload_identifier = "with.a.new.identity";
  mac_.Install({renewed});
  ExpectCleared();
}
TEST_F(WhatClearsAHold, APersonsConnect) {
  mac_.Ask(UserRequest::Verb::kConnect, kCorp);
  ExpectCleared();
}
TEST_F(WhatClearsAHold, ALogin) {
  mac_.Login(502, "grace");
  ExpectCleared();
}
TEST_F(WhatClearsAHold, ComingUpByItself) {
  mac_.PersonStarts(kCorp);
  ExpectCleared();
}
TEST_F(WhatClearsAHold, NotTheSamePolicyAgain) {
  Policy policy = CorpPolicy();
  policy.version = 1;
  mac_.Give(PolicyApplied{std::make_shared<Policy>(policy), {.version = 1}});
  mac_.Advance(absl::Hours(1));
  EXPECT_EQ(mac_.Starts(kCorp), 1);
}

TEST(EngineFailure, ADisabledConfigurationIsLeftUntilItIsEnabled) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  ServiceFacts off = CorpVpn();
  off.enabled = false;
  mac.Install({off});
  mac.Drops(kCorp, 31);
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.Starts(kCorp), 1);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/configuration");
  mac.Install({CorpVpn()});
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineFailure, ANewNetworkEndsTheBackoff) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).stop_reason = 20;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(40));
  const int before = mac.Starts(kCorp);
  mac.OutcomeOf(kCorp).stop_reason.reset();
  mac.SetPath(true, "home");
  EXPECT_EQ(mac.Starts(kCorp), before + 1);
}

TEST(EngineFailure, ARefusedStartIsRetriedWithBackoff) {
  FakeMac mac;
  mac.start_answer = absl::UnavailableError("nesessionmanager cannot be reached");
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(10));
  EXPECT_EQ(mac.Rows<CommandOutcome>()[0].result, CommandOutcome::Result::kRefused);
  EXPECT_THAT(Gaps(mac.StartTimes(kCorp)), ElementsAre(1, 2, 4));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/session_manager");
}

TEST(EngineFailure, AStartWithoutAnyEffectTimesOut) {
  FakeMac mac;
  mac.OutcomeOf(kCorp).silent = true;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(149));
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.Starts(kCorp), 2);
  EXPECT_EQ(mac.Stops(kCorp), 0);
  EXPECT_EQ(mac.Rows<CommandOutcome>()[0].result, CommandOutcome::Result::kTimedOut);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/timeout");
}

TEST(EngineFailure, TwoSupersedesInTenMinutesMakeUsYield) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  mac.Drops(kCorp, 33);
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.Starts(kCorp), 2);
  EXPECT_FALSE(mac.IncidentIsOpen("toggle_fight"));
  mac.Drops(kCorp, 33);
  mac.Advance(absl::Hours(5));
  EXPECT_EQ(mac.Starts(kCorp), 2);
  EXPECT_TRUE(mac.IncidentIsOpen("toggle_fight"));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/superseded");
}

TEST(EngineFailure, SupersedesFarApartAreNoFight) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  for (int i = 0; i < 4; ++i) {
    mac.Advance(absl::Minutes(15));
    mac.Drops(kCorp, 33);
  }
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

}  // namespace
}  // namespace holdfast

#include "fake_mac.h"

namespace holdfast {
namespace {

Policy ProbingPolicy() {
  Policy policy = CorpPolicy();
  policy.liveness.probes = {{.tcp = {"10.66.0.1", 443}}};
  return policy;
}

int Probes(const FakeMac& mac) {
  int count = 0;
  for (const auto& [at, effect] : mac.effects()) count += std::holds_alternative<RunProbe>(effect);
  return count;
}

TEST(EngineLiveness, ProbesAtTheIntervalWhileConnected) {
  FakeMac mac;
  mac.Boot(ProbingPolicy());
  mac.Advance(absl::Seconds(2));
  EXPECT_EQ(Probes(mac), 1);
  mac.Advance(absl::Seconds(60));
  EXPECT_EQ(Probes(mac), 5);
  EXPECT_EQ(mac.Rows<ProbeResult>().size(), 1u);  // recorded on change only
}

TEST(EngineLiveness, ConnectedIsNotProtectedWhenNothingAnswers) {
  FakeMac mac;
  mac.Boot(ProbingPolicy());
  mac.Advance(absl::Minutes(1));
  mac.probes_answer = false;
  mac.Advance(absl::Seconds(40));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  mac.Advance(absl::Seconds(30));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/false_connected");
  EXPECT_TRUE(mac.IncidentIsOpen("false_connected"));
  EXPECT_EQ(mac.Stops(kCorp), 0);
}

TEST(EngineLiveness, RecoversWithTheFirstAnswer) {
  FakeMac mac;
  mac.Boot(ProbingPolicy());
  mac.probes_answer = false;
  mac.Advance(absl::Minutes(5));
  mac.probes_answer = true;
  mac.Advance(absl::Seconds(16));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_FALSE(mac.IncidentIsOpen("false_connected"));
}

TEST(EngineLiveness, OneOfTwoTargetsIsEnough) {
  FakeMac mac;
  Policy policy = ProbingPolicy();
  policy.liveness.probes.push_back({.tcp = {"10.66.0.2", 443}});
  mac.Boot(policy);
  mac.Advance(absl::Seconds(2));
  const std::string dead = policy.liveness.probes[0].Target();
  mac.probes_answer = true;
  for (int i = 0; i < 20; ++i) {
    mac.Advance(absl::Seconds(15));
    mac.Give(ProbeResult{.service = kCorp, .target = dead, .ok = false});
  }
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineLiveness, TheIncidentEndsWithTheConnection) {
  FakeMac mac;
  mac.Boot(ProbingPolicy());
  mac.probes_answer = false;
  mac.Advance(absl::Minutes(5));
  mac.Drops(kCorp, 20);
  mac.Advance(mac.delivery);
  EXPECT_FALSE(mac.IncidentIsOpen("false_connected"));
}

Policy RestartingPolicy() {
  Policy policy = ProbingPolicy();
  policy.liveness.probes.push_back({.https = "https://intra/up"});
  policy.liveness.action = LivenessAction::kRestart;
  return policy;
}

// Nothing answers and no byte comes in, for two minutes.
void GoSilent(FakeMac& mac, const Policy& policy) {
  mac.inbound = true;
  mac.Boot(policy);
  mac.Advance(absl::Minutes(1));
  mac.probes_answer = false;
  mac.inbound = false;
  mac.Advance(absl::Seconds(90));
}

TEST(EngineLivenessRestart, TwoSilentHostsAndNoByteRestartIt) {
  FakeMac mac;
  GoSilent(mac, RestartingPolicy());
  EXPECT_EQ(mac.Stops(kCorp), 1);
  EXPECT_EQ(mac.Starts(kCorp), 2);
  mac.probes_answer = true;
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_FALSE(mac.IncidentIsOpen("false_connected"));
}

TEST(EngineLivenessRestart, ReportOnlyReports) {
  FakeMac mac;
  Policy policy = RestartingPolicy();
  policy.liveness.action = LivenessAction::kReport;
  GoSilent(mac, policy);
  EXPECT_EQ(mac.Stops(kCorp), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/false_connected");
}

TEST(EngineLivenessRestart, OneHostIsNotEnough) {
  FakeMac mac;
  Policy policy = RestartingPolicy();
  policy.liveness.probes[1] = {.https = "https://10.66.0.1/up"};
  GoSilent(mac, policy);
  EXPECT_EQ(mac.Stops(kCorp), 0);
}

TEST(EngineLivenessRestart, BytesThatComeInShowThatItLives) {
  FakeMac mac;
  mac.inbound = true;
  mac.Boot(RestartingPolicy());
  mac.Advance(absl::Minutes(1));
  mac.probes_answer = false;
  mac.Advance(absl::Minutes(5));
  EXPECT_EQ(mac.Stops(kCorp), 0);
  EXPECT_NE(mac.ServiceViewOf("corp").reasons.front().find("bytes still come in"), std::string::npos);
}

TEST(EngineLivenessRestart, WithoutACountNothingIsRestarted) {
  FakeMac mac;
  mac.Boot(RestartingPolicy());
  mac.Advance(absl::Minutes(1));
  mac.probes_answer = false;
  mac.Advance(absl::Minutes(5));
  EXPECT_EQ(mac.Stops(kCorp), 0);
}

TEST(EngineLivenessRestart, TheServersBrakeHoldsForItsTime) {
  FakeMac mac;
  mac.inbound = true;
  mac.Boot(RestartingPolicy());
  mac.Give(RestartBrake{absl::Minutes(10), "a third of the fleet"});
  mac.probes_answer = false;
  mac.inbound = false;
  mac.Advance(absl::Minutes(9));
  EXPECT_EQ(mac.Stops(kCorp), 0);
  mac.Advance(absl::Minutes(2));
  EXPECT_GE(mac.Stops(kCorp), 1);
}

TEST(EngineLivenessRestart, ABrakeThatIsLiftedIsLifted) {
  FakeMac mac;
  mac.inbound = true;
  mac.Boot(RestartingPolicy());
  mac.Give(RestartBrake{absl::Minutes(10), ""});
  mac.Give(RestartBrake{});
  mac.probes_answer = false;
  mac.inbound = false;
  mac.Advance(absl::Minutes(2));
  EXPECT_GE(mac.Stops(kCorp), 1);
  EXPECT_EQ(mac.Rows<RestartBrake>().size(), 2u);
}

TEST(EngineLivenessRestart, RestartsThatDoNotHelpEndInACooldown) {
  FakeMac mac;
  Policy policy = RestartingPolicy();
  policy.circuit_breaker = {.failed_ladders = 3, .cooldown = absl::Minutes(30)};
  GoSilent(mac, policy);
  mac.Advance(absl::Minutes(10));
  EXPECT_EQ(mac.Stops(kCorp), 3);
  mac.Advance(absl::Minutes(15));
  EXPECT_EQ(mac.Stops(kCorp), 3);
  mac.Advance(absl::Minutes(15));
  EXPECT_EQ(mac.Stops(kCorp), 4);
}

TEST(EngineLivenessRestart, AuditSendsNothing) {
  FakeMac mac;
  Policy policy = RestartingPolicy();
  policy.mode = EnforcementMode::kAudit;
  mac.inbound = true;
  mac.Boot(policy);
  mac.PersonStarts(kCorp);
  mac.Advance(absl::Minutes(1));
  mac.probes_answer = false;
  mac.inbound = false;
  mac.Advance(absl::Minutes(5));
  EXPECT_EQ(mac.Stops(kCorp), 0);
  EXPECT_TRUE(mac.IncidentIsOpen("false_connected"));
}

TEST(EngineLivenessRestart, WhatOnlyAPersonStartsIsNotRestarted) {
  FakeMac mac;
  Policy policy = RestartingPolicy();
  policy.services[0].authentication = Authentication::kInteractive;
  mac.inbound = true;
  mac.Boot(policy);
  mac.PersonStarts(kCorp);
  mac.Advance(absl::Minutes(1));
  mac.probes_answer = false;
  mac.inbound = false;
  mac.Advance(absl::Minutes(5));
  EXPECT_EQ(mac.Stops(kCorp), 0);
}

}  // namespace
}  // namespace holdfast

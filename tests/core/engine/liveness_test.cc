#include "fake_mac.h"

namespace holdfast {
namespace {

Policy ProbingPolicy() {
  Policy policy = CorpPolicy();
  policy.liveness.probes = {{.host = "10.66.0.1", .port = 443}};
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
  policy.liveness.probes.push_back({.host = "10.66.0.2", .port = 443});
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

}  // namespace
}  // namespace holdfast

#include "fake_mac.h"

namespace holdfast {
namespace {

ServiceFacts Second() {
  ServiceFacts facts;
  facts.id = Uuid::FromName("second");
  facts.name = "Second VPN";
  facts.type = ServiceType::kIkev2;
  return facts;
}

Policy BothPolicy() {
  Policy policy = CorpPolicy();
  policy.services[0].match = {.type = ServiceType::kIkev2};
  return policy;
}

TEST(EngineVerdict, ARuleThatMatchesSeveralHasAKeyForEach) {
  FakeMac mac;
  mac.Install({CorpVpn(), Second()});
  mac.Boot(BothPolicy());
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp/" + kCorp.ToString()), "protected/tunnel_up");
  EXPECT_EQ(mac.ClassOf("corp/" + Second().id.ToString()), "protected/tunnel_up");
}

TEST(EngineVerdict, AKeyThatIsNotRequiredAnyMoreIsEnded) {
  FakeMac mac;
  mac.Boot(BothPolicy());
  mac.Advance(absl::Seconds(5));
  ASSERT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  mac.Install({CorpVpn(), Second()});
  EXPECT_EQ(mac.ClassOf("corp"), "not_required/not_required");
  EXPECT_EQ(mac.ClassOf("corp/" + kCorp.ToString()), "protected/tunnel_up");
}

TEST(EngineVerdict, IsRecordedOnChangeOnly) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(5));
  const size_t rows = mac.Rows<Verdict>().size();
  mac.Advance(absl::Hours(10));
  EXPECT_EQ(mac.Rows<Verdict>().size(), rows);
}

TEST(EngineVerdict, IsRecordedAnewInEachRunOfTheAgent) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(5));
  const size_t rows = mac.Rows<Verdict>().size();
  mac.Restart();
  mac.Advance(absl::Seconds(5));
  EXPECT_GT(mac.Rows<Verdict>().size(), rows);
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineVerdict, UnknownIsNeverProtected) {
  FakeMac mac;
  mac.Give(AgentStarted{});
  mac.Apply(CorpPolicy());
  mac.Install({CorpVpn()});
  EXPECT_EQ(mac.ClassOf("corp"), "unknown/status_unknown");
}

TEST(EngineVerdict, ARuleWithoutAMatchIsAViolation) {
  FakeMac mac;
  mac.Install({});
  mac.Boot(CorpPolicy());
  EXPECT_EQ(mac.ClassOf("corp"), "violation/service_missing");
  EXPECT_TRUE(mac.VerdictOf("corp").service.IsNil());
  EXPECT_TRUE(mac.IncidentIsOpen("service_missing"));
  mac.Install({CorpVpn()});
  EXPECT_FALSE(mac.IncidentIsOpen("service_missing"));
}

TEST(EngineVerdict, AnInterfaceIsOnlyObserved) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.services[0].match = {.interface_name = "utun9"};
  mac.Boot(policy);
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.ClassOf("corp"), "observed_only/observed");
  EXPECT_EQ(mac.Starts(kCorp), 0);
}

TEST(EngineVerdict, TheFirstRuleThatMatchesGoverns) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  ServiceRule later = policy.services[0];
  later.label = "later";
  policy.services.push_back(later);
  mac.Boot(policy);
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_EQ(mac.ClassOf("later"), "not_required/not_required");  // unknown until services were listed
}

TEST(EngineVerdict, NothingFollowsAgentStopped) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Give(AgentStopped{"stop"});
  const size_t rows = mac.rows().size();
  mac.Give(SessionManagerRestarted{});
  mac.Deliver(kCorp, SessionStatus::kConnected);
  EXPECT_EQ(mac.rows().size(), rows);
  EXPECT_EQ(mac.engine().NextDeadline(), std::nullopt);
}

}  // namespace
}  // namespace holdfast

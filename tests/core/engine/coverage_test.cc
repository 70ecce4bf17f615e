#include "fake_mac.h"

namespace holdfast {
namespace {

Policy CoveredPolicy(std::vector<CoverageItem> items) {
  Policy policy = CorpPolicy();
  policy.coverage = std::move(items);
  return policy;
}

NetworkFacts ThroughTunnel() {
  NetworkFacts facts;
  facts.interfaces = {{"en0", true, false}, {"utun4", true, true}};
  facts.route_v4 = facts.route_v6 = "utun4";
  facts.resolvers = {{"10.0.0.53", "utun4"}};
  facts.private_relay = false;
  return facts;
}

const std::vector<CoverageItem> kAll = {CoverageItem::kDefaultRouteIpv4, CoverageItem::kDefaultRouteIpv6,
                                        CoverageItem::kResolvers, CoverageItem::kNoUnmanagedVpn,
                                        CoverageItem::kNoPrivateRelay};

// The class a minute after these facts.
std::string With(const NetworkFacts& facts, const std::vector<CoverageItem>& items = kAll) {
  FakeMac mac;
  mac.Boot(CoveredPolicy(items));
  mac.Give(facts);
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.IncidentIsOpen("coverage_missing"), mac.ClassOf("corp") == "violation/coverage");
  return mac.ClassOf("corp");
}

TEST(EngineCoverage, AllOfItIsProtected) {
  EXPECT_EQ(With(ThroughTunnel()), "protected/tunnel_up");
}

TEST(EngineCoverage, ARouteBesideTheTunnelIsAViolation) {
  NetworkFacts facts = ThroughTunnel();
  facts.route_v4 = "en0";
  EXPECT_EQ(With(facts), "violation/coverage");
  EXPECT_EQ(With(facts, {CoverageItem::kDefaultRouteIpv6}), "protected/tunnel_up");
  facts = ThroughTunnel();
  facts.route_v6 = "en0";
  EXPECT_EQ(With(facts), "violation/coverage");
}

TEST(EngineCoverage, WhereThereIsNoWayNothingLeaves) {
  NetworkFacts facts = ThroughTunnel();
  facts.route_v6 = "";
  EXPECT_EQ(With(facts), "protected/tunnel_up");
}

TEST(EngineCoverage, AResolverBesideTheTunnelIsAViolation) {
  NetworkFacts facts = ThroughTunnel();
  facts.resolvers.push_back({"192.168.1.1", "en0"});
  EXPECT_EQ(With(facts), "violation/coverage");
}

TEST(EngineCoverage, AResolverOfThisMacHidesWhomItAsks) {
  NetworkFacts facts = ThroughTunnel();
  facts.resolvers = {{"127.0.0.1", "lo0"}};
  EXPECT_EQ(With(facts), "unknown/coverage_unknown");
}

TEST(EngineCoverage, ATunnelOfNobodyIsAViolation) {
  NetworkFacts facts = ThroughTunnel();
  facts.interfaces.push_back({"utun9", true, true});
  EXPECT_EQ(With(facts), "violation/coverage");
  facts.interfaces.back().up = false;
  EXPECT_EQ(With(facts), "protected/tunnel_up");
}

TEST(EngineCoverage, AnObservedTunnelIsSomebodys) {
  NetworkFacts facts = ThroughTunnel();
  facts.interfaces.push_back({"utun9", true, true});
  FakeMac mac;
  Policy policy = CoveredPolicy(kAll);
  ServiceRule rule;
  rule.label = "vendor";
  rule.match.interface_name = "utun9";
  rule.always_connected.enabled = true;
  policy.services.push_back(rule);
  mac.Boot(policy);
  mac.Give(facts);
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineCoverage, PrivateRelayIsAViolationOrUnknown) {
  NetworkFacts facts = ThroughTunnel();
  facts.private_relay = true;
  EXPECT_EQ(With(facts), "violation/coverage");
  facts.private_relay.reset();
  EXPECT_EQ(With(facts), "unknown/coverage_unknown");
}

TEST(EngineCoverage, WithoutFactsNothingIsProtected) {
  FakeMac mac;
  mac.Boot(CoveredPolicy(kAll));
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ClassOf("corp"), "unknown/coverage_unknown");
}

TEST(EngineCoverage, WithoutTheKeyNothingIsAsked) {
  NetworkFacts facts = ThroughTunnel();
  facts.route_v4 = "en0";
  EXPECT_EQ(With(facts, {}), "protected/tunnel_up");
}

TEST(EngineCoverage, RoutesMayFollowTheSessionsWord) {
  FakeMac mac;
  mac.Boot(CoveredPolicy(kAll));
  NetworkFacts before = ThroughTunnel();
  before.route_v4 = "en0";
  mac.Give(before);
  mac.Advance(absl::Seconds(4));
  EXPECT_EQ(mac.ClassOf("corp"), "unknown/coverage_unknown");
  mac.Give(ThroughTunnel());
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  const std::vector<std::string> classes = mac.ClassesOf("corp");
  EXPECT_EQ(std::count(classes.begin(), classes.end(), "violation/coverage"), 0);
}

TEST(EngineCoverage, TheIncidentEndsWithTheConnection) {
  FakeMac mac;
  mac.Boot(CoveredPolicy(kAll));
  NetworkFacts facts = ThroughTunnel();
  facts.route_v4 = "en0";
  mac.Give(facts);
  mac.Advance(absl::Minutes(1));
  EXPECT_TRUE(mac.IncidentIsOpen("coverage_missing"));
  EXPECT_NE(mac.ServiceViewOf("corp").reasons.front().find("IPv4 leaves by en0, beside the tunnel."),
            std::string::npos);
  mac.OutcomeOf(kCorp).hangs = true;
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Seconds(1));
  EXPECT_FALSE(mac.IncidentIsOpen("coverage_missing"));
}

TEST(EngineObserved, IsJudgedByItsInterfaceAndNeverCommanded) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.services[0].match = {};
  policy.services[0].match.interface_name = "utun9";
  mac.Boot(policy);
  mac.Advance(absl::Seconds(1));
  EXPECT_EQ(mac.ClassOf("corp"), "observed_only/observed");
  NetworkFacts facts;
  facts.interfaces = {{"en0", true, false}, {"utun9", true, true}};
  facts.route_v4 = "utun9";
  mac.Give(facts);
  EXPECT_EQ(mac.ClassOf("corp"), "observed_only/observed_up");
  EXPECT_EQ(
      mac.ServiceViewOf("corp").reasons.front(),
      "Interface utun9 is up and carries IPv4. It is only observed: what it protects is its vendor's word.");
  facts.interfaces[1].up = false;
  facts.route_v4 = "en0";
  mac.Give(facts);
  EXPECT_EQ(mac.ClassOf("corp"), "observed_only/observed_down");
  EXPECT_EQ(mac.Starts(kCorp), 0);
}

}  // namespace
}  // namespace holdfast

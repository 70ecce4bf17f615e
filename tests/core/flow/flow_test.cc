#include "core/flow/flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kApp[] = "com.example.browser";

FlowService Tunnel(const char* name, std::optional<SessionStatus> status = SessionStatus::kConnected) {
  FlowService out;
  out.facts.name = name;
  out.facts.type = ServiceType::kIkev2;
  out.status = status;
  return out;
}

FlowService Proxy(const char* name, std::optional<SessionStatus> status = SessionStatus::kConnected) {
  FlowService out = Tunnel(name, status);
  out.facts.type = ServiceType::kTransparentProxy;
  out.facts.provider_bundle_id = "com.vendor.proxy";
  return out;
}

FlowService PerApp(std::vector<AppRule> rules) {
  FlowService out = Tunnel("Per-App");
  out.per_app = true;
  out.apps = std::move(rules);
  return out;
}

NetworkFacts Network(const char* route) {
  NetworkFacts out;
  out.interfaces = {{"en0", true, false}, {"utun4", true, true}};
  out.route_v4 = out.route_v6 = route;
  return out;
}

FlowFacts Facts(std::vector<FlowService> services, const char* route = "en0") {
  FlowFacts out;
  out.services = std::move(services);
  out.network = Network(route);
  out.dns_proxies.emplace();
  return out;
}

FlowAnswer Explain(const FlowFacts& facts, const char* host = "www.example.com", const char* app = kApp) {
  return ExplainFlow({app, host, {}}, facts);
}

const FlowStep* Of(const FlowAnswer& answer, FlowLayer layer) {
  for (const FlowStep& step : answer.steps) {
    if (step.layer == layer) return &step;
  }
  return nullptr;
}

FlowPart PartOf(const FlowAnswer& answer, FlowLayer layer) {
  const FlowStep* step = Of(answer, layer);
  EXPECT_NE(step, nullptr) << FlowLayerName(layer);
  return step == nullptr ? FlowPart::kNot : step->part;
}

TEST(ExplainFlow, WithNothingInstalledTheNetworkCarries) {
  const FlowAnswer answer = Explain(Facts({}));
  EXPECT_EQ(answer.carrier, "no VPN: the network itself, by en0");
  EXPECT_TRUE(answer.certain);
}

TEST(ExplainFlow, WithoutADefaultRouteNothingDoes) {
  const FlowAnswer answer = Explain(Facts({}, ""));
  EXPECT_EQ(answer.carrier, "nothing: there is no route");
}

TEST(ExplainFlow, TheMacItselfIsNoDestinationOfATunnel) {
  FlowService all = Tunnel("VPN");
  all.include_all_networks = true;
  const FlowAnswer answer = Explain(Facts({all}), "127.0.0.1");
  EXPECT_THAT(answer.carrier, HasSubstr("does not leave this Mac"));
  EXPECT_TRUE(answer.certain);
  EXPECT_THAT(answer.steps, IsEmpty());
}

TEST(ExplainFlow, IncludeAllNetworksCarriesEverything) {
  FlowService all = Tunnel("VPN");
  all.include_all_networks = true;
  const FlowAnswer answer = Explain(Facts({all}));
  EXPECT_EQ(answer.carrier, "the VPN service 'VPN'");
  EXPECT_TRUE(answer.certain);
}

TEST(ExplainFlow, WhatIncludeAllNetworksLeavesOut) {
  FlowService all = Tunnel("VPN");
  all.include_all_networks = true;
  EXPECT_EQ(PartOf(Explain(Facts({all}), "1.courier.push.apple.com"), FlowLayer::kTunnel), FlowPart::kNot);
  EXPECT_EQ(PartOf(Explain(Facts({all}), "192.168.1.9"), FlowLayer::kTunnel), FlowPart::kCarries);
  all.exclude_apns = false;
  all.exclude_local_networks = true;
  EXPECT_EQ(PartOf(Explain(Facts({all}), "1.courier.push.apple.com"), FlowLayer::kTunnel),
            FlowPart::kCarries);
  EXPECT_EQ(PartOf(Explain(Facts({all}), "192.168.1.9"), FlowLayer::kTunnel), FlowPart::kNot);
  EXPECT_EQ(PartOf(Explain(Facts({all}), "printer.local"), FlowLayer::kTunnel), FlowPart::kNot);
}

TEST(ExplainFlow, ATunnelThatIsDownOrDisabledCarriesNothing) {
  FlowService down = Tunnel("VPN", SessionStatus::kDisconnected);
  down.include_all_networks = true;
  FlowAnswer answer = Explain(Facts({down}));
  EXPECT_EQ(answer.carrier, "no VPN: the network itself, by en0");
  EXPECT_EQ(Of(answer, FlowLayer::kTunnel)->why, "it is disconnected");
  FlowService off = Tunnel("VPN");
  off.facts.enabled = false;
  EXPECT_EQ(Of(Explain(Facts({off})), FlowLayer::kTunnel)->why, "it is disabled");
}

TEST(ExplainFlow, TheOnlyTunnelWithTheDefaultRouteCarries) {
  const FlowAnswer answer = Explain(Facts({Tunnel("VPN")}, "utun4"));
  EXPECT_EQ(answer.carrier, "the VPN service 'VPN'");
  EXPECT_TRUE(answer.certain);
}

TEST(ExplainFlow, OfTwoTunnelsTheDefaultRoutesOwnerIsNotKnown) {
  const FlowAnswer answer = Explain(Facts({Tunnel("A"), Tunnel("B")}, "utun4"));
  EXPECT_FALSE(answer.certain);
  EXPECT_THAT(answer.carrier, HasSubstr("unless it is one of the destinations of 'A' or 'B'"));
}

TEST(ExplainFlow, ASplitTunnelMayCarry) {
  FlowService split = Tunnel("VPN");
  split.enforce_routes = true;
  const FlowAnswer answer = Explain(Facts({split}));
  EXPECT_EQ(answer.carrier,
            "no VPN: the network itself, by en0, unless it is one of the destinations of 'VPN'");
  EXPECT_FALSE(answer.certain);
  EXPECT_THAT(Of(answer, FlowLayer::kTunnel)->why, HasSubstr("EnforceRoutes"));
  EXPECT_THAT(answer.unknown, Contains(HasSubstr("routes to single destinations")));
}

TEST(ExplainFlow, WithoutADaemonStatesAndRoutesAreSaidToBeUnknown) {
  FlowFacts facts = Facts({Tunnel("VPN", std::nullopt)});
  facts.services[0].include_all_networks = true;
  facts.network.reset();
  const FlowAnswer answer = Explain(facts);
  EXPECT_FALSE(answer.certain);
  EXPECT_EQ(PartOf(answer, FlowLayer::kTunnel), FlowPart::kMayCarry);
  EXPECT_THAT(answer.unknown, Contains(HasSubstr("only the daemon knows")));
}

TEST(ExplainFlow, WhatIsNamedOnceIsNotNamedAgain) {
  FlowFacts facts = Facts({Tunnel("VPN", std::nullopt)});
  facts.services[0].include_all_networks = true;
  facts.services[0].facts.on_demand = true;
  facts.network.reset();
  EXPECT_EQ(Explain(facts).carrier, "no VPN: the network itself, unless 'VPN' is connected");
}

TEST(ExplainFlow, ASplitTunnelBesideAFullOneMayCarryToo) {
  FlowService all = Tunnel("All");
  all.include_all_networks = true;
  const FlowAnswer answer = Explain(Facts({all, Tunnel("Split")}));
  EXPECT_EQ(answer.carrier, "the VPN service 'All', unless it is one of the destinations of 'Split'");
  EXPECT_FALSE(answer.certain);
}

TEST(ExplainFlow, AProxyMayTakeItBeforeATunnelDoes) {
  FlowService all = Tunnel("VPN");
  all.include_all_networks = true;
  const FlowAnswer answer = Explain(Facts({all, Proxy("Proxy")}));
  EXPECT_EQ(answer.carrier, "the VPN service 'VPN', unless the transparent proxy 'Proxy' takes it first");
  EXPECT_FALSE(answer.certain);
  EXPECT_THAT(answer.unknown, Contains(HasSubstr("what it bypasses")));
}

TEST(ExplainFlow, TheOrderOfTwoProxiesIsDeclaredAndNotKnown) {
  FlowFacts facts = Facts({Proxy("A"), Proxy("B")});
  facts.proxies = {{"com.a", "A", "p", OrderState::kValid, 1}, {"com.b", "B", "p", OrderState::kMissing, 0}};
  const FlowAnswer answer = Explain(facts);
  EXPECT_THAT(answer.unknown, Contains(AllOf(HasSubstr("effective order cannot be read"),
                                             HasSubstr("A (Order 1), B (no valid Order)"))));
  facts.services[1].status = SessionStatus::kDisconnected;
  EXPECT_THAT(Explain(facts).unknown, Not(Contains(HasSubstr("effective order"))));
}

TEST(ExplainFlow, AProvidersOwnTrafficDoesNotPassItself) {
  const FlowAnswer answer = Explain(Facts({Proxy("Proxy")}), "www.example.com", "com.vendor.proxy");
  EXPECT_EQ(PartOf(answer, FlowLayer::kProxy), FlowPart::kNot);
  EXPECT_TRUE(answer.certain);
}

TEST(ExplainFlow, APerAppVpnTakesItsProgramsWhole) {
  FlowService all = Tunnel("VPN");
  all.include_all_networks = true;
  const FlowFacts facts = Facts({all, PerApp({{kApp, "", {}}}), Proxy("Proxy")});
  const FlowAnswer mine = Explain(facts);
  EXPECT_EQ(mine.carrier, "the per-app VPN 'Per-App'");
  EXPECT_TRUE(mine.certain);
  EXPECT_EQ(Of(mine, FlowLayer::kTunnel), nullptr);
  EXPECT_THAT(Explain(facts, "www.example.com", "com.example.other").carrier, HasSubstr("'VPN'"));
}

TEST(ExplainFlow, APerAppRuleMayBeAboutSomeDestinations) {
  const FlowFacts facts = Facts({PerApp({{kApp, "", {"corp.example.com"}}})});
  EXPECT_EQ(PartOf(Explain(facts, "a.corp.example.com"), FlowLayer::kPerApp), FlowPart::kCarries);
  const FlowAnswer other = Explain(facts, "www.example.com");
  EXPECT_EQ(Of(other, FlowLayer::kPerApp)->why, "it is for this program, and for other destinations");
  EXPECT_EQ(other.carrier, "no VPN: the network itself, by en0");
}

TEST(ExplainFlow, APathIsMatchedByRulesWithPathsOnly) {
  const FlowFacts facts = Facts({PerApp({{kApp, "", {}}, {"", "/usr/bin/ssh", {}}})});
  EXPECT_EQ(PartOf(Explain(facts, "www.example.com", "/usr/bin/ssh"), FlowLayer::kPerApp),
            FlowPart::kCarries);
  EXPECT_THAT(Explain(facts, "www.example.com", "/usr/bin/curl").unknown,
              Contains(HasSubstr("'Per-App' is for the program at that path")));
}

TEST(ExplainFlow, APerAppVpnWithoutKnownRulesMakesNothingCertain) {
  FlowService per_app = PerApp({});
  per_app.apps.reset();
  const FlowAnswer answer = Explain(Facts({per_app}));
  EXPECT_FALSE(answer.certain);
  EXPECT_THAT(answer.unknown, Contains(HasSubstr("which programs")));
}

TEST(ExplainFlow, AnExceptionOfTheTunnelIsNotCarried) {
  FlowService all = Tunnel("VPN");
  all.include_all_networks = true;
  all.exempt_apps = {kApp};
  EXPECT_EQ(Of(Explain(Facts({all})), FlowLayer::kTunnel)->why, "the program is one of its exceptions");
}

TEST(ExplainFlow, FiltersSeeAndDoNotCarry) {
  FlowFacts facts = Facts({});
  facts.filters = {{"com.f.data", "com.f", "F", "", "firewall", true, false, true, true},
                   {"com.g.data", "com.g", "G", "", "inspector", true, true, false, true}};
  const FlowAnswer answer = Explain(facts);
  EXPECT_EQ(PartOf(answer, FlowLayer::kFilter), FlowPart::kSees);
  EXPECT_TRUE(answer.certain);
  EXPECT_THAT(answer.steps, Contains(FlowStep{FlowLayer::kFilter, FlowPart::kNot, "G", "it is disabled",
                                              "its configuration"}));
  EXPECT_EQ(PartOf(Explain(facts, "www.example.com", "com.f.data"), FlowLayer::kFilter), FlowPart::kNot);
}

TEST(ExplainFlow, TwoFiltersOfOneGradeHaveNoOrder) {
  FlowFacts facts = Facts({});
  facts.filters = {{"com.f", "", "F", "", "", true, false, true, {}},
                   {"com.g", "", "G", "", "firewall", true, false, true, {}}};
  EXPECT_THAT(Explain(facts).unknown, Contains(HasSubstr("one grade")));
  facts.filters[0].grade = "inspector";
  EXPECT_THAT(Explain(facts).unknown, Not(Contains(HasSubstr("one grade"))));
}

TEST(ExplainFlow, AFilterWithoutAProcessIsNotSaidToSee) {
  FlowFacts facts = Facts({});
  facts.filters = {{"com.f", "", "F", "", "firewall", true, false, true, false}};
  const FlowAnswer answer = Explain(facts);
  EXPECT_EQ(PartOf(answer, FlowLayer::kFilter), FlowPart::kMaySee);
  EXPECT_THAT(answer.unknown, Contains(HasSubstr("has no process")));
}

TEST(ExplainFlow, NamesAreAskedOfDnsProxiesAndOfATunnelsResolvers) {
  FlowService split = Tunnel("VPN");
  split.match_domains = {"corp.example.com"};
  FlowFacts facts = Facts({split});
  facts.dns_proxies->push_back({"com.dns", "DNS", "", true});
  const FlowAnswer answer = Explain(facts, "a.corp.example.com");
  EXPECT_EQ(Of(answer, FlowLayer::kDns)->name, "DNS");
  EXPECT_THAT(answer.steps,
              Contains(testing::Field(&FlowStep::why,
                                      HasSubstr("names in corp.example.com are asked at its resolvers"))));
  EXPECT_EQ(Of(Explain(facts, "10.0.0.1"), FlowLayer::kDns), nullptr);  // an address is not asked for
  facts.dns_proxies.reset();
  EXPECT_THAT(Explain(facts).unknown, Contains("whether a DNS proxy is installed"));
}

TEST(ExplainFlow, OnDemandStartsWhatIsNotConnected) {
  FlowService lazy = Tunnel("VPN", SessionStatus::kDisconnected);
  lazy.facts.on_demand = true;
  lazy.rules = std::vector<OnDemandRule>{{"connect", {}, {}}};
  const FlowAnswer down = Explain(Facts({lazy}));
  EXPECT_EQ(down.carrier,
            "no VPN: the network itself, by en0, unless On Demand has started 'VPN', which it does");
  lazy.status = SessionStatus::kConnected;
  EXPECT_EQ(Of(Explain(Facts({lazy})), FlowLayer::kOnDemand), nullptr);
  lazy.status.reset();
  EXPECT_EQ(Of(Explain(Facts({lazy})), FlowLayer::kOnDemand)->why,
            "if it is not connected: a rule says connect");
}

TEST(ExplainFlow, AnIpv6DestinationGoesByItsOwnRoute) {
  FlowFacts facts = Facts({}, "en0");
  facts.network->route_v6 = "en7";
  EXPECT_EQ(Explain(facts, "2001:db8::1").carrier, "no VPN: the network itself, by en7");
}

}  // namespace
}  // namespace holdfast

#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ProxyFacts Proxy(const std::string& bundle_id, int64_t order, OrderState state = OrderState::kValid) {
  return {.bundle_id = bundle_id, .order_state = state, .order = order};
}

class EngineChecks : public ::testing::Test {
 protected:
  EngineChecks() { policy_ = CorpPolicy(); }
  void Run(InstalledFacts installed) {
    if (!booted_) mac_.Boot(policy_);
    booted_ = true;
    installed.services = {CorpVpn()};
    mac_.Give(installed);
  }
  void RunProxies(std::vector<ProxyFacts> proxies) {
    InstalledFacts installed;
    installed.proxies = std::move(proxies);
    Run(installed);
  }
  void RunFilter(std::optional<FilterFacts> filter) {
    InstalledFacts installed;
    if (filter) installed.filters = {*filter};
    Run(installed);
  }
  CheckResult Last(const std::string& name) {
    CheckResult last;
    for (const CheckResult& check : mac_.Rows<CheckResult>()) {
      if (check.name == name) last = check;
    }
    return last;
  }
  FakeMac mac_;
  Policy policy_;
  bool booted_ = false;
};

TEST_F(EngineChecks, TheDeclaredOrderOfProxiesMustBeTheRequiredOne) {
  policy_.transparent_proxies.required_order = {"a", "b"};
  RunProxies({Proxy("b", 1), Proxy("a", 2)});
  EXPECT_FALSE(Last("proxy_order").passed);
  EXPECT_THAT(Last("proxy_order").detail, HasSubstr("declared Order 1"));
  EXPECT_TRUE(mac_.IncidentIsOpen("proxy_order_violation"));
  RunProxies({Proxy("a", 1), Proxy("x", 2), Proxy("b", 3)});
  EXPECT_TRUE(Last("proxy_order").passed);
  EXPECT_THAT(Last("proxy_order").detail, HasSubstr("Declared"));
  EXPECT_FALSE(mac_.IncidentIsOpen("proxy_order_violation"));
}

TEST_F(EngineChecks, ARequiredProxyThatIsNotInstalledBreaksTheOrder) {
  policy_.transparent_proxies.required_order = {"a", "b"};
  RunProxies({Proxy("a", 1)});
  EXPECT_THAT(Last("proxy_order").detail, HasSubstr("b is not installed"));
}

TEST_F(EngineChecks, TwoProxiesNeedAnOrderEach) {
  RunProxies({Proxy("a", 1), Proxy("b", 0, OrderState::kMistyped)});
  EXPECT_FALSE(Last("proxy_order_key").passed);
  EXPECT_TRUE(mac_.IncidentIsOpen("proxy_order_missing"));
  RunProxies({Proxy("a", 1), Proxy("b", 1)});
  EXPECT_FALSE(mac_.IncidentIsOpen("proxy_order_missing"));
  EXPECT_TRUE(mac_.IncidentIsOpen("proxy_order_conflict"));
  RunProxies({Proxy("a", 1), Proxy("b", 2)});
  EXPECT_FALSE(mac_.IncidentIsOpen("proxy_order_conflict"));
  EXPECT_TRUE(Last("proxy_order_key").passed);
}

TEST_F(EngineChecks, OneProxyNeedsNoOrderUnlessThePolicySaysSo) {
  RunProxies({Proxy("a", 0, OrderState::kMissing)});
  EXPECT_THAT(mac_.Rows<CheckResult>(), IsEmpty());
  policy_.transparent_proxies.require_order_key = true;
  mac_.Apply(policy_);
  EXPECT_TRUE(mac_.IncidentIsOpen("proxy_order_missing"));
}

TEST_F(EngineChecks, AFilterMustBeInstalledConfiguredAndRunning) {
  policy_.content_filters = {
      {.bundle_identifier = "f", .grade = "firewall", .sockets = true, .running = true}};
  RunFilter({});
  EXPECT_TRUE(mac_.IncidentIsOpen("filter_missing"));
  FilterFacts filter{.bundle_id = "f", .grade = "inspector", .sockets = true, .running = true};
  RunFilter(filter);
  EXPECT_FALSE(mac_.IncidentIsOpen("filter_missing"));
  EXPECT_TRUE(mac_.IncidentIsOpen("filter_misconfigured"));
  filter.grade = "firewall";
  filter.running = false;
  RunFilter(filter);
  EXPECT_FALSE(mac_.IncidentIsOpen("filter_misconfigured"));
  EXPECT_TRUE(mac_.IncidentIsOpen("filter_not_running"));
  filter.running = true;
  RunFilter(filter);
  EXPECT_FALSE(mac_.IncidentIsOpen("filter_not_running"));
  EXPECT_TRUE(Last("content_filter:f").passed);
}

TEST_F(EngineChecks, AFilterWhoseProcessCannotBeSeenDoesNotPass) {
  policy_.content_filters = {{.bundle_identifier = "f", .running = true}};
  RunFilter(FilterFacts{.bundle_id = "f"});
  EXPECT_FALSE(Last("content_filter:f").passed);
  EXPECT_FALSE(mac_.IncidentIsOpen("filter_not_running"));
}

TEST_F(EngineChecks, AFilterMayStillBeComingUpDuringAGrace) {
  policy_.content_filters = {{.bundle_identifier = "f", .running = true}};
  policy_.boot_grace = absl::Minutes(2);
  RunFilter(FilterFacts{.bundle_id = "f", .running = false});
  mac_.Advance(absl::Seconds(100));
  EXPECT_FALSE(mac_.IncidentIsOpen("filter_not_running"));
  mac_.Advance(absl::Seconds(20));
  EXPECT_TRUE(mac_.IncidentIsOpen("filter_not_running"));
}

TEST_F(EngineChecks, AreRecordedOnChangeOnly) {
  policy_.transparent_proxies.required_order = {"a"};
  RunProxies({Proxy("a", 1)});
  const size_t rows = mac_.Rows<CheckResult>().size();
  RunProxies({Proxy("a", 2)});
  mac_.Advance(absl::Hours(1));
  EXPECT_EQ(mac_.Rows<CheckResult>().size(), rows);
}

TEST_F(EngineChecks, FindingsInProfilesAreIncidentsOfTheirOwn) {
  InstalledFacts installed;
  installed.findings = {{"vpn-missing-subtype", "com.example.vpn", "VPNSubType is missing"},
                        {"order-mistyped", "com.example.vpn", "Order is a string"}};
  Run(installed);
  std::vector<std::string> keys;
  for (const IncidentOpened& opened : mac_.Rows<IncidentOpened>()) {
    if (opened.name == "profile_invalid") keys.push_back(opened.key);
  }
  EXPECT_THAT(keys, ElementsAre("com.example.vpn:vpn-missing-subtype", "com.example.vpn:order-mistyped"));
  installed.findings.pop_back();
  Run(installed);
  ASSERT_EQ(mac_.Rows<IncidentClosed>().size(), 1u);
  EXPECT_EQ(mac_.Rows<IncidentClosed>()[0].key, "com.example.vpn:order-mistyped");
}

TEST_F(EngineChecks, ModeOffChecksNothing) {
  policy_.mode = EnforcementMode::kOff;
  policy_.transparent_proxies.required_order = {"a"};
  RunProxies({});
  EXPECT_THAT(mac_.Rows<CheckResult>(), IsEmpty());
}

}  // namespace
}  // namespace holdfast

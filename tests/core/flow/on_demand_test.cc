#include "core/flow/on_demand.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast {
namespace {

using Rules = std::vector<OnDemandRule>;

FlowStep For(const char* host, Rules rules) {
  FlowService service;
  service.facts.name = "VPN";
  service.rules = std::move(rules);
  return OnDemandFor({"com.example.app", host, {}}, service);
}

struct Case {
  const char* name;
  const char* host;
  Rules rules;
  FlowPart part;
  const char* why;
};

class OnDemandTable : public ::testing::TestWithParam<Case> {};

TEST_P(OnDemandTable, TheFirstRuleThatMatchesCounts) {
  const FlowStep step = For(GetParam().host, GetParam().rules);
  EXPECT_EQ(FlowPartName(step.part), FlowPartName(GetParam().part));
  EXPECT_EQ(step.why, GetParam().why);
}

const OnDemandRule kConnect{"connect", {}, {}}, kIgnore{"ignore", {}, {}}, kDisconnect{"disconnect", {}, {}};
const OnDemandRule kConnectOnWifi{"connect", {"InterfaceTypeMatch=WiFi"}, {}};
const OnDemandRule kDisconnectAtWork{"disconnect", {"DNSSearchDomainMatch=corp"}, {}};
const OnDemandRule kEvaluate{"evaluate", {}, {{{"public.example.com"}, false}, {{"example.com"}, true}}};

INSTANTIATE_TEST_SUITE_P(
    All, OnDemandTable,
    ::testing::Values(
        Case{"Connect", "a.example", {kConnect}, FlowPart::kWouldStart, "a rule says connect"},
        Case{"Disconnect", "a.example", {kDisconnect, kConnect}, FlowPart::kNot, "a rule says disconnect"},
        Case{"Ignore", "a.example", {kIgnore}, FlowPart::kNot, "a rule says ignore"},
        Case{"NoRule", "a.example", {}, FlowPart::kNot, "no rule matches"},
        Case{"EvaluateConnects",
             "a.example.com",
             {kEvaluate},
             FlowPart::kMayStart,
             "names in example.com start it when they cannot be resolved, or its probe fails"},
        Case{"EvaluateNever",
             "public.example.com",
             {kEvaluate},
             FlowPart::kNot,
             "names in public.example.com never start it"},
        Case{"EvaluateOther",
             "elsewhere.net",
             {kEvaluate, kConnect},
             FlowPart::kNot,
             "its rule names other domains"},
        Case{"ConditionThenConnect",
             "a.example",
             {kDisconnectAtWork, kConnect},
             FlowPart::kMayStart,
             "where DNSSearchDomainMatch=corp: a rule says disconnect; else: a rule says connect"},
        Case{"ConditionThenNothing",
             "a.example",
             {kConnectOnWifi},
             FlowPart::kMayStart,
             "where InterfaceTypeMatch=WiFi: a rule says connect; else: no rule matches"},
        Case{"EveryWayConnects",
             "a.example",
             {kConnectOnWifi, kConnect},
             FlowPart::kWouldStart,
             "where InterfaceTypeMatch=WiFi: a rule says connect; else: a rule says connect"},
        Case{"NoWayConnects",
             "a.example",
             {kDisconnectAtWork, kIgnore},
             FlowPart::kNot,
             "where DNSSearchDomainMatch=corp: a rule says disconnect; else: a rule says ignore"},
        Case{"UnknownAction",
             "a.example",
             {{"9", {}, {}}},
             FlowPart::kMayStart,
             "a rule's action is not known here (9)"}),
    [](const auto& tried) { return tried.param.name; });

TEST(OnDemand, RulesThatAreNotKnownMayStartIt) {
  EXPECT_EQ(OnDemandFor({"com.example.app", "a.example", {}}, FlowService{}).part, FlowPart::kMayStart);
}

}  // namespace
}  // namespace holdfast

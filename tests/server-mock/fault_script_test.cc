#include "server-mock/fault_script.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace holdfast::mock {
namespace {

using ::testing::HasSubstr;

FaultScript Script(const std::string& rules) {
  auto script = FaultScript::FromYaml("seed: 7\nrules:\n" + rules);
  EXPECT_TRUE(script.ok()) << script.status();
  return script.ok() ? *std::move(script) : FaultScript();
}

void ExpectRefused(const std::string& yaml, const std::string& why) {
  const auto script = FaultScript::FromYaml(yaml);
  EXPECT_EQ(script.status().code(), absl::StatusCode::kInvalidArgument) << yaml;
  EXPECT_THAT(std::string(script.status().message()), HasSubstr(why));
}

TEST(FaultScript, NthStrikesOnceAndCountsItsOwnMethod) {
  FaultScript script = Script("- {method: sync, nth: 2, fault: duplicate}\n");
  EXPECT_FALSE(script.Next(Method::kEnroll).duplicate);
  EXPECT_FALSE(script.Next(Method::kSync).duplicate);
  EXPECT_FALSE(script.Next(Method::kEnroll).duplicate);
  EXPECT_TRUE(script.Next(Method::kSync).duplicate);
  EXPECT_FALSE(script.Next(Method::kSync).duplicate);
}

TEST(FaultScript, EveryStrikesAgainAndAgain) {
  FaultScript script = Script("- {method: any, every: 3, fault: delay, by: 250ms}\n");
  std::string pattern;
  for (int i = 0; i < 9; ++i) pattern += script.Next(Method::kSync).delay > absl::ZeroDuration() ? 'x' : '.';
  EXPECT_EQ(pattern, "..x..x..x");
}

TEST(FaultScript, ProbabilityIsSeeded) {
  const auto pattern = [](FaultScript script) {
    std::string out;
    for (int i = 0; i < 200; ++i) out += script.Next(Method::kSync).duplicate ? 'x' : '.';
    return out;
  };
  const std::string rule = "- {method: sync, probability: 0.25, fault: duplicate}\n";
  const std::string first = pattern(Script(rule));
  EXPECT_EQ(first, pattern(Script(rule)));
  const auto strikes = std::count(first.begin(), first.end(), 'x');
  EXPECT_GT(strikes, 25);
  EXPECT_LT(strikes, 75);
}

TEST(FaultScript, RulesAddUp) {
  FaultScript script = Script(
      "- {method: sync, nth: 1, fault: delay, by: 1s}\n"
      "- {method: any, nth: 1, fault: delay, by: 2s}\n"
      "- {method: any, nth: 1, fault: clock_skew, by: -1h}\n");
  const Plan plan = script.Next(Method::kSync);
  EXPECT_EQ(plan.delay, absl::Seconds(3));
  EXPECT_EQ(plan.clock_skew, -absl::Hours(1));
}

TEST(FaultScript, RefusalCarriesCodeReasonAndRetryAfter) {
  FaultScript script = Script(
      "- {method: sync, nth: 1, fault: refuse, code: RESOURCE_EXHAUSTED, reason: THROTTLED, retry_after: "
      "5s}\n");
  const Plan plan = script.Next(Method::kSync);
  ASSERT_TRUE(plan.refusal.has_value());
  EXPECT_EQ(plan.refusal->code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(*plan.refusal), ErrorReason::kThrottled);
  EXPECT_EQ(RetryAfterOf(*plan.refusal), absl::Seconds(5));
}

TEST(FaultScript, EmptyScriptHasNoFaults) {
  FaultScript script = *FaultScript::FromYaml("rules: []\n");
  EXPECT_FALSE(script.Next(Method::kSync).refusal.has_value());
}

TEST(FaultScript, EachMistakeIsNamedWithItsLine) {
  ExpectRefused("rules:\n- {nth: 1, fault: explode}\n", "line 2");
  ExpectRefused("rules:\n- {nth: 1, fault: explode}\n", "wrong_policy_signature");
  ExpectRefused("rules:\n- {fault: delay}\n", "exactly one");
  ExpectRefused("rules:\n- {nth: 1, every: 2, fault: delay}\n", "exactly one");
  ExpectRefused("rules:\n- {nth: 0, fault: delay}\n", "count from 1");
  ExpectRefused("rules:\n- {probability: 1.5, fault: delay}\n", "from 0 to 1");
  ExpectRefused("rules:\n- {nth: 1, fault: delay, by: soon}\n", "duration");
  ExpectRefused("rules:\n- {nth: 1, fault: delay, bye: 1s}\n", "unknown key 'bye'");
  ExpectRefused("rules:\n- {nth: 1, fault: refuse, code: TEAPOT}\n", "UNAVAILABLE");
  ExpectRefused("rules:\n- {nth: 1, fault: refuse, code: INTERNAL, reason: BORED}\n", "BORED");
  ExpectRefused("rules:\n- {nth: x, fault: delay}\n", "wrong type");
  ExpectRefused("rules: 3\n", "list");
  ExpectRefused("- 1\n", "keys and values");
  ExpectRefused("rules: [\n", "line");
}

}  // namespace
}  // namespace holdfast::mock

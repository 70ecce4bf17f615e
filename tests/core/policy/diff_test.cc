#include "core/policy/diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Diff(absl::string_view before, absl::string_view after) {
  const auto a = ParsePolicy(before, "a"), b = ParsePolicy(after, "b");
  EXPECT_TRUE(a.ok() && b.ok()) << a.status() << b.status();
  std::vector<std::string> out;
  const auto show = [](const std::optional<KeyDifference::Side>& side) {
    return !side ? std::string("-") : side->value + (side->is_default ? " (default)" : "");
  };
  for (const KeyDifference& d : DiffPolicies(*a, *b)) {
    out.push_back(d.path + ": " + show(d.before) + " -> " + show(d.after));
  }
  return out;
}

TEST(PolicyDiff, SpellingOrderAndWrittenDefaultsMakeNoDifference) {
  EXPECT_THAT(Diff("policyVersion: 1\nwake: {grace: 1m}\nboot: {grace: 60s}\n",
                   "{\"Boot\": {\"Grace\": \"1m\"}, \"PolicyVersion\": 1}"),
              IsEmpty());
}

TEST(PolicyDiff, NamesTheDefault) {
  EXPECT_THAT(Diff("policyVersion: 1\nwake: {grace: 5s}\n", "policyVersion: 2\nboot: {grace: 5s}\n"),
              ElementsAre("policyVersion: 1 -> 2", "wake.grace: 5s -> 1m (default)",
                          "boot.grace: 2m (default) -> 5s"));
}

TEST(PolicyDiff, RulesAreKnownByTheirNames) {
  const auto differences =
      Diff("policyVersion: 1\nservices: [{match: {name: a}}, {match: {name: b}, scope: user}]\n",
           "policyVersion: 1\nservices: [{match: {name: b}, scope: device}, {match: {name: a}}]\n");
  EXPECT_THAT(differences, ElementsAre("services[b].scope: user -> device", "services: [a, b] -> [b, a]"));
}

TEST(PolicyDiff, AddedAndRemovedRules) {
  const auto differences =
      Diff("policyVersion: 1\ncontentFilters: {required: [{bundleIdentifier: com.x}]}\n",
           "policyVersion: 1\ncontentFilters: {required: [{bundleIdentifier: com.y}]}\n");
  EXPECT_THAT(differences, ElementsAre("contentFilters.required[com.y].bundleIdentifier: - -> com.y",
                                       "contentFilters.required: [com.x] -> [com.y]",
                                       "contentFilters.required[com.x].bundleIdentifier: com.x -> -"));
}

}  // namespace
}  // namespace holdfast

// Every key of the schema: its default, a value it takes and one it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/policy/explain.h"
#include "core/policy/parse.h"
#include "core/policy/schema.h"
#include "core/policy/spelling.h"
#include "tests/core/policy/key_cases.h"

namespace holdfast {
namespace {

std::string YamlOfFirst(absl::string_view path) {
  return YamlSpelling(absl::StrReplaceAll(path, {{"[]", "[0]"}}));
}

std::string Shown(const ParsedPolicy& parsed, absl::string_view path) {
  for (const ExplainedKey& key : ExplainPolicy(parsed)) {
    if (key.path == YamlOfFirst(path)) return absl::StrCat(key.value, " from ", key.origin);
  }
  return "";
}

TEST(PolicyKey, EachKeyHasACase) {
  std::set<absl::string_view> cases, keys;
  for (const KeyCase& c : kKeyCases) EXPECT_TRUE(cases.insert(c.path).second) << c.path;
  for (const SchemaKey& key : PolicySchema()) keys.insert(key.path);
  EXPECT_EQ(cases, keys);
}

class PolicyKey : public ::testing::TestWithParam<KeyCase> {};

TEST_P(PolicyKey, TakesAValueInEitherSpelling) {
  const KeyCase& c = GetParam();
  for (bool pascal : {false, true}) {
    const std::string text = DocumentWith(c.path, c.accepted, pascal);
    absl::StatusOr<ParsedPolicy> parsed = ParsePolicy(text, "policy.yaml");
    ASSERT_TRUE(parsed.ok()) << text << "\n" << parsed.status();
    EXPECT_EQ(Shown(*parsed, c.path), absl::StrCat(c.shown, " from policy.yaml")) << text;
    EXPECT_THAT(parsed->warnings, ::testing::IsEmpty()) << text;
  }
  EXPECT_NE(c.shown, FindKey(c.path)->default_text);
}

TEST_P(PolicyKey, RefusesABadValue) {
  const KeyCase& c = GetParam();
  absl::StatusOr<ParsedPolicy> parsed = ParsePolicy(DocumentWith(c.path, c.refused), "policy.yaml");
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(parsed.status().message(), absl::StrCat("policy.yaml:1: ", YamlOfFirst(c.path), ": ", c.message));
}

TEST_P(PolicyKey, WithoutAValueHasItsDefaultOrIsRequired) {
  const KeyCase& c = GetParam();
  const SchemaKey& key = *FindKey(c.path);
  absl::StatusOr<ParsedPolicy> parsed = ParsePolicy(DocumentWith(c.path, "~"), "policy.yaml");
  if (key.required) {
    EXPECT_THAT(std::string(parsed.status().message()),
                ::testing::HasSubstr(YamlOfFirst(c.path) + ": is required"));
  } else if (c.path == "Liveness.Probes[].Tcp" || c.path == "Liveness.Probes[].Https" ||
             c.path == "Liveness.Probes[].Dns") {
    EXPECT_THAT(std::string(parsed.status().message()), ::testing::HasSubstr("needs exactly one of tcp"));
  } else if (absl::StartsWith(c.path, "Services[].Match.")) {
    EXPECT_THAT(std::string(parsed.status().message()), ::testing::HasSubstr("names no configuration"));
  } else {
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    // A rule's name falls back on what it matches.
    const absl::string_view fallback = c.path == "Services[].Name" ? "x" : key.default_text;
    EXPECT_EQ(Shown(*parsed, c.path), fallback.empty() ? "" : absl::StrCat(fallback, " from default"));
    EXPECT_THAT(parsed->warnings, ::testing::ElementsAre(::testing::HasSubstr("has no value")));
  }
}

INSTANTIATE_TEST_SUITE_P(All, PolicyKey, ::testing::ValuesIn(kKeyCases), [](const auto& param_info) {
  return absl::StrReplaceAll(param_info.param.path, {{"[]", ""}, {".", "_"}});
});

}  // namespace
}  // namespace holdfast

#include "core/policy/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace holdfast {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::Not;

std::vector<ExplainedKey> Explained(absl::string_view text) {
  absl::StatusOr<ParsedPolicy> parsed = ParsePolicy(text, "file:policy.yaml");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return ExplainPolicy(*parsed);
}

TEST(ExplainPolicy, TellsWhatIsGivenFromWhatIsDefault) {
  const auto keys = Explained("policyVersion: 3\nreconnect: {settle: 2s}\n");
  EXPECT_THAT(keys, Contains(ExplainedKey{"policyVersion", "3", "file:policy.yaml"}));
  // Given with the default's value is given all the same.
  EXPECT_THAT(keys, Contains(ExplainedKey{"reconnect.settle", "2s", "file:policy.yaml"}));
  EXPECT_THAT(keys, Contains(ExplainedKey{"reconnect.jitter", "0.5", "default"}));
}

TEST(WithoutSecrets, TakesOutEveryPasscodesHash) {
  const std::string hash = absl::StrCat("scrypt:14:", std::string(22, 'A'), "==:", std::string(43, 'B'), "=");
  EXPECT_EQ(WithoutSecrets(absl::StrCat("a: '", hash, "'\nb: <x>", hash, "</x>")),
            "a: '(hidden)'\nb: <x>(hidden)</x>");
  EXPECT_EQ(WithoutSecrets(hash), "(hidden)");
  EXPECT_EQ(WithoutSecrets("wake: {grace: 5s}\n"), "wake: {grace: 5s}\n");
}

TEST(WithoutSecrets, NoErrorRepeatsAPasscodeThatIsWrittenByMistake) {
  for (const std::string wrong : {"1234567", "hunter2", "'hunter2'", "[hunter2]", "true"}) {
    const auto parsed =
        ParsePolicy(absl::StrCat("policyVersion: 1\noverride: {passcode: ", wrong, "}\n"), "p");
    ASSERT_FALSE(parsed.ok()) << wrong;
    EXPECT_THAT(std::string(parsed.status().message()), Not(::testing::HasSubstr("hunter2")));
    EXPECT_THAT(std::string(parsed.status().message()), Not(::testing::HasSubstr("1234567")));
  }
}

TEST(ExplainPolicy, NumbersTheItemsOfLists) {
  const auto keys =
      Explained("policyVersion: 1\nservices: [{match: {name: a}}, {match: {name: b}, scope: user}]\n");
  EXPECT_THAT(keys, Contains(ExplainedKey{"services[1].match.name", "b", "file:policy.yaml"}));
  EXPECT_THAT(keys, Contains(ExplainedKey{"services[0].scope", "device", "default"}));
  EXPECT_THAT(keys, Contains(ExplainedKey{"services[1].scope", "user", "file:policy.yaml"}));
}

TEST(ExplainPolicy, ShowsDependentDefaults) {
  const auto keys = Explained(
      "policyVersion: 1\n"
      "services: [{match: {name: a}, authentication: machine, alwaysConnected: {allowDisconnect: true}}]\n");
  EXPECT_THAT(keys, Contains(ExplainedKey{"services[0].name", "a", "default"}));
  EXPECT_THAT(keys, Contains(ExplainedKey{"services[0].alwaysConnected.since", "boot", "default"}));
  EXPECT_THAT(keys, Contains(ExplainedKey{"services[0].alwaysConnected.reconnectAfter", "never", "default"}));
}

TEST(ExplainPolicy, LeavesOutWhatHasNoValue) {
  const auto keys = Explained("policyVersion: 1\nservices: [{match: {name: a}}]\n");
  EXPECT_THAT(keys, Not(Contains(Field(&ExplainedKey::path, "services[0].match.identifier"))));
  EXPECT_THAT(keys, Not(Contains(Field(&ExplainedKey::path, "transparentProxies.requireOrderKey"))));
}

TEST(ExplainPolicy, TheBuiltInPolicyIsAllDefault) {
  for (const ExplainedKey& key : ExplainPolicy(ParsedPolicy{})) EXPECT_EQ(key.origin, "default") << key.path;
}

TEST(ExplainPolicy, AKeyWithoutAValueIsDefault) {
  EXPECT_THAT(Explained("policyVersion: 1\nwake:\n  grace:\n"),
              Contains(ExplainedKey{"wake.grace", "1m", "default"}));
}

}  // namespace
}  // namespace holdfast

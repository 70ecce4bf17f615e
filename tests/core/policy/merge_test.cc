// Several layers, one policy: precedence per key, and whose key a problem is about.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/policy/explain.h"
#include "core/policy/parse.h"
#include "core/policy/schema.h"
#include "core/policy/spelling.h"

namespace holdfast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

PolicyLayer Layer(absl::string_view text, absl::string_view name, PolicySource source) {
  absl::StatusOr<Document> document = ParseDocument(text, name);
  EXPECT_TRUE(document.ok()) << document.status();
  return {*std::move(document), source, std::string(name)};
}

absl::StatusOr<ParsedPolicy> Resolve(absl::string_view mdm, absl::string_view server,
                                     PolicySource source = PolicySource::kManagedDevice) {
  return ResolvePolicy({Layer(mdm, "mdm", source), Layer(server, "server", PolicySource::kServer)});
}

// "VALUE from ORIGIN"
std::string At(const ParsedPolicy& parsed, absl::string_view path) {
  for (const ExplainedKey& key : ExplainPolicy(parsed)) {
    if (key.path == path) return key.value + " from " + key.origin;
  }
  return "";
}

TEST(PolicyLayers, PrecedenceIsPerKeyWithItsOrigin) {
  const auto parsed = Resolve("Wake: {Grace: 5s}\nLogin: {Grace: 7s}\n",
                              "policyVersion: 3\nwake: {grace: 9s, ignoreDarkWake: false}\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(At(*parsed, "wake.grace"), "5s from mdm");
  EXPECT_EQ(At(*parsed, "wake.ignoreDarkWake"), "false from server");
  EXPECT_EQ(At(*parsed, "login.grace"), "7s from mdm");
  EXPECT_EQ(At(*parsed, "boot.grace"), "2m from default");
  EXPECT_EQ(At(*parsed, "policyVersion"), "3 from server");
  EXPECT_THAT(parsed->warnings, IsEmpty());
}

TEST(PolicyLayers, WhatAHigherLayerLeavesUnsetIsTheLowerOnes) {
  const auto parsed =
      Resolve("wake:\n  grace:\nboot:\n", "policyVersion: 3\nwake: {grace: 9s}\nboot: {grace: 1s}\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(At(*parsed, "wake.grace"), "9s from server");
  EXPECT_EQ(At(*parsed, "boot.grace"), "1s from server");
}

TEST(PolicyLayers, ZeroAndFalseAreSet) {
  const auto parsed = Resolve("wake: {grace: 0s, ignoreDarkWake: false}\noverride: {maxPerDay: 0}\n",
                              "policyVersion: 3\nwake: {grace: 9s}\noverride: {maxPerDay: 8}\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(At(*parsed, "wake.grace"), "0s from mdm");
  EXPECT_EQ(At(*parsed, "wake.ignoreDarkWake"), "false from mdm");
  EXPECT_EQ(At(*parsed, "override.maxPerDay"), "0 from mdm");
}

TEST(PolicyLayers, ListsReplaceWhole) {
  const auto parsed =
      Resolve("services: [{match: {name: a}}]\nremediation: {ladder: [notify]}\n",
              "policyVersion: 3\n"
              "services: [{match: {name: x}, scope: user}, {match: {name: y}}]\n"
              "remediation: {ladder: [stopWaitStart, notify], circuitBreaker: {failedLadders: 9}}\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->policy.services.size(), 1u);
  EXPECT_EQ(At(*parsed, "services[0].match.name"), "a from mdm");
  EXPECT_EQ(At(*parsed, "services[0].scope"), "device from default");
  EXPECT_EQ(At(*parsed, "remediation.ladder"), "[notify] from mdm");
  EXPECT_EQ(At(*parsed, "remediation.circuitBreaker.failedLadders"), "9 from server");
}

TEST(PolicyLayers, AnEmptyListIsAList) {
  const auto parsed = Resolve("services: []\n", "policyVersion: 3\nservices: [{match: {name: x}}]\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(parsed->policy.services, IsEmpty());
}

TEST(PolicyLayers, UnknownKeysOfEveryLayerAreKeptAndTold) {
  const auto parsed = Resolve("future: 1\n", "policyVersion: 3\nlater: 2\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(parsed->warnings, ElementsAre(HasSubstr("mdm:1: future"), HasSubstr("server:2: later")));
}

TEST(PolicyLayers, ABadValueNamesItsLayer) {
  const auto parsed = Resolve("wake: {grace: soon}\n", "policyVersion: 3\nboot: {grace: later}\n");
  EXPECT_EQ(parsed.status().message(),
            "mdm:1: wake.grace: \"soon\" is not a duration (write \"2s\", \"5m\", \"1h30m\")\n"
            "server:2: boot.grace: \"later\" is not a duration (write \"2s\", \"5m\", \"1h30m\")");
}

TEST(PolicyLayers, TheResultIsValidatedTooAndNamesBothLayers) {
  // Each is fine by itself.
  const auto parsed =
      Resolve("reconnect: {initialDelay: 2m}\n", "policyVersion: 3\nreconnect:\n  maxDelay: 1m\n");
  EXPECT_EQ(parsed.status().message(),
            "server:3: reconnect.maxDelay: maxDelay (1m) is below initialDelay (2m, mdm:1); raise maxDelay "
            "or lower "
            "initialDelay");
}

TEST(PolicyLayers, ATextInPlaceOfASectionNamesItsLayer) {
  const auto parsed = Resolve("wake: soon\n", "policyVersion: 3\nwake: {grace: 1s}\n");
  EXPECT_THAT(std::string(parsed.status().message()), HasSubstr("mdm:1: wake: \"soon\" is not a section"));
}

TEST(PolicyLayers, ALayerWithoutKeysAtAllIsRefused) {
  EXPECT_THAT(std::string(Resolve("- a\n", "policyVersion: 3\n").status().message()), HasSubstr("mdm:1"));
  EXPECT_THAT(std::string(Resolve("wake: {grace: 1s}\n", "text").status().message()), HasSubstr("server:1"));
}

TEST(PolicyLayers, TheVersionIsRequiredOfAllTogether) {
  EXPECT_THAT(std::string(Resolve("wake: {grace: 1s}\n", "boot: {grace: 1s}\n").status().message()),
              HasSubstr("policyVersion: is required"));
}

// --- trust: every guarded key, every source

struct Guarded {
  absl::string_view key, value;
};
constexpr Guarded kValues[] = {
    {"EnforcementMode", "off"},
    {"Services", "[{Match: {Name: evil}}]"},
    {"Override", "{Mode: reason, MaxDuration: 24h}"},
    {"EmergencySuspend", "anything"},
    {"Maintenance", "[]"},
    {"TrustedNetworks", "[]"},
    {"TrustedNetworkAction", "pause"},
    {"TamperProtection", "false"},
    {"UntrustedNetworkAction", "ignore"},
    {"CaptivePortal", "{action: none}"},
    {"Coverage", "[resolvers]"},
    {"Reconnect", "{MaxDelay: 24h}"},
    {"StuckConnecting", "{Timeout: 1h}"},
    {"StuckDisconnecting", "{Timeout: 10m}"},
    {"Remediation", "{Ladder: [notify]}"},
    {"Liveness", "{FailAfter: 1h}"},
    {"Wake", "{Grace: 1h}"},
    {"Boot", "{Grace: 1h}"},
    {"Login", "{Grace: 1h}"},
    {"PostUpdate", "{Grace: 2h}"},
    {"Setup", "{Hold: false}"},
    {"TransparentProxies", "{RequiredOrder: []}"},
    {"ContentFilters", "{Required: []}"},
    {"DNSProxies", "{Required: []}"},
    {"SystemExtensions", "{Required: []}"},
    {"Profiles", "{DriftCheck: false}"},
    {"OnDemand", "{Expected: any}"},
    {"FailurePosture", "open"},
    {"Rollout", "{Percent: 5}"},
};
constexpr PolicySource kSources[] = {PolicySource::kManagedDevice, PolicySource::kManagedUser,
                                     PolicySource::kUnmanaged, PolicySource::kFile, PolicySource::kServer};

TEST(PolicyTrust, EachGuardedKeyHasACase) {
  std::set<absl::string_view> cases, guarded;
  for (const Guarded& c : kValues) EXPECT_TRUE(cases.insert(c.key).second) << c.key;
  for (const SchemaKey& key : PolicySchema()) {
    const absl::string_view section = key.path.substr(0, key.path.find_first_of(".["));
    if (absl::c_linear_search(OpenKeys(), section)) continue;
    guarded.insert(section);
  }
  EXPECT_EQ(cases, guarded);
}

class PolicyTrust : public ::testing::TestWithParam<std::tuple<Guarded, PolicySource, bool>> {};

TEST_P(PolicyTrust, AGuardedKeyCountsFromATrustedSourceOnly) {
  const auto& [key, source, pascal] = GetParam();
  const std::string name = pascal ? std::string(key.key) : YamlSpelling(key.key);
  const auto parsed =
      Resolve(name + ": " + std::string(key.value) + "\nCompliance: {ActionDelay: 5s}\n",
              "policyVersion: 3\nenforcementMode: enforce\nservices: [{match: {name: good}}]\n"
              "override: {mode: none}\n",
              source);
  const bool trusted = source == PolicySource::kManagedDevice || source == PolicySource::kFile ||
                       source == PolicySource::kServer;
  if (!parsed.ok()) {
    // The value is none of the key's, which only a source that counts can be told.
    EXPECT_TRUE(trusted) << parsed.status();
    return;
  }
  EXPECT_EQ(At(*parsed, "compliance.actionDelay"),
            "5s from mdm");  // what is not guarded counts from everywhere
  if (trusted) {
    EXPECT_THAT(parsed->refused, IsEmpty());
    return;
  }
  EXPECT_THAT(parsed->refused, ElementsAre(HasSubstr("mdm:1: ")));
  EXPECT_THAT(parsed->refused.front(), HasSubstr(std::string(PolicySourceName(source))));
  // The server-signed values win.
  EXPECT_EQ(At(*parsed, "enforcementMode"), "enforce from server");
  EXPECT_EQ(At(*parsed, "services[0].match.name"), "good from server");
  EXPECT_EQ(At(*parsed, "override.mode"), "none from server");
  for (const auto& [path, at] : parsed->given) {
    EXPECT_FALSE(at.layer == 0 && absl::StartsWith(path, key.key)) << path;
  }
}

std::string NameOfCase(const ::testing::TestParamInfo<PolicyTrust::ParamType>& tried) {
  return absl::StrCat(std::get<0>(tried.param).key, "From", static_cast<int>(std::get<1>(tried.param)),
                      std::get<2>(tried.param) ? "Pascal" : "");
}

INSTANTIATE_TEST_SUITE_P(All, PolicyTrust,
                         ::testing::Combine(::testing::ValuesIn(kValues), ::testing::ValuesIn(kSources),
                                            ::testing::Bool()),
                         NameOfCase);

TEST(PolicyTrust, WhereTheAgentSyncsAndWhomItBelievesIsNoKeyOfAnySource) {
  for (PolicySource source : kSources) {
    for (const char* key :
         {"ServerAddress: evil.example.com:443\n", "PinnedKeys: [AAAA]\n", "PolicyKeys: [AAAA]\n"}) {
      const auto parsed = Resolve(key, "policyVersion: 3\n", source);
      ASSERT_TRUE(parsed.ok()) << parsed.status();
      EXPECT_THAT(parsed->warnings, ElementsAre(HasSubstr("is not a key of this version"))) << key;
    }
  }
}

TEST(PolicyTrust, WithoutAServersPolicyTheBuiltInValueWins) {
  const auto parsed = ResolvePolicy(
      {Layer("PolicyVersion: 2\nEnforcementMode: off\n", "preferences", PolicySource::kUnmanaged)});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->policy.mode, EnforcementMode::kAudit);
  EXPECT_EQ(parsed->refused.size(), 1u);
}

}  // namespace
}  // namespace holdfast

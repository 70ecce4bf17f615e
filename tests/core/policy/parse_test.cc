#include "core/policy/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace holdfast {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

ParsedPolicy Parsed(absl::string_view text) {
  absl::StatusOr<ParsedPolicy> parsed = ParsePolicy(text, "policy.yaml");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? *std::move(parsed) : ParsedPolicy{};
}

std::vector<std::string> ErrorsOf(absl::string_view text) {
  absl::StatusOr<ParsedPolicy> parsed = ParsePolicy(text, "policy.yaml");
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  return absl::StrSplit(parsed.status().message(), '\n');
}

// Distinct values everywhere: a key bound to another's member shows.
constexpr absl::string_view kEverything = R"(
policyVersion: 42
enforcementMode: enforce
services:
  - name: Office
    match:
      identifier: 6F1B4C0E-0000-4000-8000-000000000001
      name: n
      payloadIdentifier: p
      providerBundleIdentifier: b
      type: L2TP
      interface: utun4
    scope: user
    authentication: interactive
    alwaysConnected: {enabled: true, allowDisconnect: true, reconnectAfter: 11s, since: network}
reconnect:
  settle: 12s
  initialDelay: 13s
  multiplier: 1.25
  maxDelay: 14m
  jitter: 0.75
  attemptBudget: {perHour: 21, perTenMinutes: 7}
  onFailure:
    authentication: none
    certificate: waitForPath
    noNetwork: noRetry
    serverUnreachable: retryOnceThenAsk
    configurationRemoved: backoff
    other: noRetry
stuckConnecting: {timeout: 151s, interactiveTimeout: 16m}
stuckDisconnecting: {timeout: 17s}
remediation:
  ladder: [cancelWaitStart, stopWaitStart]
  circuitBreaker: {failedLadders: 4, cooldown: 18m}
liveness:
  probes: [{tcp: "a:1"}, {tcp: "b:2"}]
  interval: 19s
  timeout: 6s
  failAfter: 20s
wake: {grace: 22s, ignoreDarkWake: false}
boot: {grace: 23s}
login: {grace: 24s}
override: {mode: none, maxDuration: 25m, maxPerDay: 5, minReasonLength: 8}
transparentProxies: {requiredOrder: [com.a, com.b], requireOrderKey: false}
contentFilters:
  required: [{bundleIdentifier: com.f, grade: inspector, sockets: true, packets: false, running: true}]
history: {retentionDays: 26, maxBytes: 27MiB}
reporting: {heartbeatInterval: 28s, unacknowledgedMaxBytes: 29MiB}
rollout: {percent: 30, haltOnFailureRate: 3.5}
)";

TEST(ParsePolicy, PutsEachKeyOfARuleInItsMember) {
  const ParsedPolicy parsed = Parsed(kEverything);
  ASSERT_EQ(parsed.policy.services.size(), 1u);
  const ServiceRule& rule = parsed.policy.services[0];
  EXPECT_EQ(rule.label, "Office");
  EXPECT_EQ(rule.match.identifier, *Uuid::Parse("6F1B4C0E-0000-4000-8000-000000000001"));
  EXPECT_EQ(rule.match.name, "n");
  EXPECT_EQ(rule.match.payload_identifier, "p");
  EXPECT_EQ(rule.match.provider_bundle_identifier, "b");
  EXPECT_EQ(rule.match.type, ServiceType::kL2tp);
  EXPECT_EQ(rule.match.interface_name, "utun4");
  EXPECT_EQ(rule.scope, RuleScope::kUser);
  EXPECT_EQ(rule.authentication, Authentication::kInteractive);
  EXPECT_TRUE(rule.always_connected.enabled);
  EXPECT_TRUE(rule.always_connected.allow_disconnect);
  EXPECT_EQ(rule.always_connected.reconnect_after, absl::Seconds(11));
  EXPECT_EQ(rule.always_connected.since, Since::kNetwork);
}

TEST(ParsePolicy, PutsEachKeyOfReconnectInItsMember) {
  const Reconnect reconnect = Parsed(kEverything).policy.reconnect;
  EXPECT_EQ(reconnect.settle, absl::Seconds(12));
  EXPECT_EQ(reconnect.backoff.initial, absl::Seconds(13));
  EXPECT_EQ(reconnect.backoff.multiplier, 1.25);
  EXPECT_EQ(reconnect.backoff.max, absl::Minutes(14));
  EXPECT_EQ(reconnect.backoff.jitter, 0.75);
  EXPECT_EQ(reconnect.budget.per_hour, 21);
  EXPECT_EQ(reconnect.budget.per_ten_minutes, 7);
  EXPECT_EQ(reconnect.on_failure.authentication, FailureAction::kNone);
  EXPECT_EQ(reconnect.on_failure.certificate, FailureAction::kWaitForPath);
  EXPECT_EQ(reconnect.on_failure.no_network, FailureAction::kNoRetry);
  EXPECT_EQ(reconnect.on_failure.server_unreachable, FailureAction::kRetryOnceThenAsk);
  EXPECT_EQ(reconnect.on_failure.configuration_removed, FailureAction::kBackoff);
  EXPECT_EQ(reconnect.on_failure.other, FailureAction::kNoRetry);
}

TEST(ParsePolicy, PutsEachOtherKeyInItsMember) {
  const Policy policy = Parsed(kEverything).policy;
  EXPECT_EQ(policy.version, 42u);
  EXPECT_EQ(policy.mode, EnforcementMode::kEnforce);
  EXPECT_EQ(policy.stuck_connecting, absl::Seconds(151));
  EXPECT_EQ(policy.stuck_connecting_interactive, absl::Minutes(16));
  EXPECT_EQ(policy.stuck_disconnecting, absl::Seconds(17));
  EXPECT_THAT(policy.ladder, ElementsAre(LadderStep::kCancelWaitStart, LadderStep::kStopWaitStart));
  EXPECT_EQ(policy.circuit_breaker.failed_ladders, 4);
  EXPECT_EQ(policy.circuit_breaker.cooldown, absl::Minutes(18));
  ASSERT_EQ(policy.liveness.probes.size(), 2u);
  EXPECT_EQ(policy.liveness.probes[1].Target(), "tcp:b:2");
  EXPECT_EQ(policy.liveness.interval, absl::Seconds(19));
  EXPECT_EQ(policy.liveness.timeout, absl::Seconds(6));
  EXPECT_EQ(policy.liveness.fail_after, absl::Seconds(20));
  EXPECT_EQ(policy.wake_grace, absl::Seconds(22));
  EXPECT_FALSE(policy.ignore_dark_wake);
  EXPECT_EQ(policy.boot_grace, absl::Seconds(23));
  EXPECT_EQ(policy.login_grace, absl::Seconds(24));
  EXPECT_EQ(policy.history_retention_days, 26);
  EXPECT_EQ(policy.history_max_bytes, int64_t{27} << 20);
  EXPECT_EQ(policy.heartbeat_interval, absl::Seconds(28));
  EXPECT_EQ(policy.unacknowledged_max_bytes, int64_t{29} << 20);
  EXPECT_EQ(policy.rollout.percent, 30);
  EXPECT_EQ(policy.rollout.halt_on_failure_rate, 3.5);
}

TEST(ParsePolicy, PutsEachKeyOfWhatIsInstalledInItsMember) {
  const Policy policy = Parsed(kEverything).policy;
  EXPECT_EQ(policy.override_policy.mode, OverrideMode::kNone);
  EXPECT_EQ(policy.override_policy.max_duration, absl::Minutes(25));
  EXPECT_EQ(policy.override_policy.max_per_day, 5);
  EXPECT_EQ(policy.override_policy.min_reason_length, 8);
  EXPECT_THAT(policy.transparent_proxies.required_order, ElementsAre("com.a", "com.b"));
  EXPECT_EQ(policy.transparent_proxies.require_order_key, false);
  ASSERT_EQ(policy.content_filters.size(), 1u);
  EXPECT_EQ(policy.content_filters[0].bundle_identifier, "com.f");
  EXPECT_EQ(policy.content_filters[0].grade, "inspector");
  EXPECT_EQ(policy.content_filters[0].sockets, true);
  EXPECT_EQ(policy.content_filters[0].packets, false);
  EXPECT_EQ(policy.content_filters[0].running, true);
}

TEST(ParsePolicy, JsonAndYamlMeanTheSame) {
  const ParsedPolicy json = Parsed(R"({"policyVersion": 2, "services": [{"match": {"name": "a"}}]})");
  EXPECT_EQ(json.policy.version, 2u);
  EXPECT_EQ(json.policy.services[0].match.name, "a");
}

TEST(ParsePolicy, UnsetIsNotZero) {
  const Policy policy = Parsed("policyVersion: 1\nservices: [{match: {name: a}}]\n").policy;
  EXPECT_EQ(policy.reconnect.settle, absl::Seconds(2));
  EXPECT_EQ(policy.transparent_proxies.require_order_key, std::nullopt);
  EXPECT_EQ(policy.services[0].match.type, std::nullopt);
}

TEST(ParsePolicy, ReportsAllProblemsInTheOrderOfTheText) {
  EXPECT_THAT(
      ErrorsOf("reconnect:\n  settle: soon\nenforcementMode: on\nservices:\n  - match: {}\n"),
      ElementsAre(StartsWith("policy.yaml: policyVersion: is required"),
                  "policy.yaml:2: reconnect.settle: \"soon\" is not a duration (write \"2s\", \"5m\", "
                  "\"1h30m\")",
                  "policy.yaml:3: enforcementMode: \"on\" is not one of: off, audit, enforce",
                  StartsWith("policy.yaml:5: services[0].match: names no configuration")));
}

TEST(ParsePolicy, ShowsTheFirstFiftyProblems) {
  std::string text = "policyVersion: 1\nservices:\n";
  for (int i = 0; i < 60; ++i) absl::StrAppend(&text, "  - {match: {name: a", i, "}, scope: x}\n");
  const auto errors = ErrorsOf(text);
  ASSERT_EQ(errors.size(), 51u);
  EXPECT_EQ(errors.back(), "and 10 more");
}

TEST(ParsePolicy, AnUnknownKeyIsKeptAndReported) {
  const ParsedPolicy parsed = Parsed("policyVersion: 1\nreconect: {settle: 1s}\nwireguardPeers: [1]\n");
  EXPECT_THAT(
      parsed.warnings,
      ElementsAre(
          "policy.yaml:2: reconect: is not a key of this version; it is kept and has no effect (did you "
          "mean \"reconnect\"?)",
          "policy.yaml:3: wireguardPeers: is not a key of this version; it is kept and has no effect"));
  EXPECT_EQ(parsed.document.root.AsMap()->at(2).key, "wireguardPeers");
}

TEST(ParsePolicy, WarnsOfTwoTunnelsThatShareNoConflictGroup) {
  const auto warnings = [](const std::string& more, const std::string& group) {
    return Parsed(
               "policyVersion: 1\nservices:\n"
               "  - {match: {name: a}, alwaysConnected: {enabled: true, conflictGroup: g}}\n"
               "  - {match: {name: b}" +
               more + ", alwaysConnected: {enabled: true" + group + "}}\n")
        .warnings;
  };
  EXPECT_THAT(warnings("", ""),
              ElementsAre(AllOf(HasSubstr("services[1].alwaysConnected.conflictGroup"), HasSubstr("\"a\""))));
  EXPECT_THAT(warnings("", ", conflictGroup: g"), ElementsAre());
  EXPECT_THAT(warnings(", authentication: interactive", ""), ElementsAre());
}

TEST(ParsePolicy, AnUnknownKeyInAnItemHasItsPath) {
  EXPECT_THAT(Parsed("policyVersion: 1\nservices: [{match: {name: a, nam: b}}]\n").warnings,
              ElementsAre(AllOf(HasSubstr("services[0].match.nam:"), HasSubstr("(did you mean \"name\"?)"))));
}

TEST(ParsePolicy, AnUnknownKeyIsPrintable) {
  EXPECT_THAT(Parsed("policyVersion: 1\n\"\\e[31m\": 1\n").warnings,
              ElementsAre(HasSubstr("policy.yaml:2: \\033[31m: is not a key")));
}

TEST(ParsePolicy, RefusesAKeyInBothSpellings) {
  EXPECT_THAT(ErrorsOf("policyVersion: 1\nwake: {grace: 1s}\nWake: {grace: 2s}\n"),
              ElementsAre("policy.yaml:3: wake: is written twice, as wake and in PascalCase; keep one"));
}

TEST(ParsePolicy, RefusesAValueInPlaceOfASection) {
  EXPECT_THAT(ErrorsOf("policyVersion: 1\nreconnect: 2s\n"),
              ElementsAre(StartsWith("policy.yaml:2: reconnect: \"2s\" is not a section")));
  EXPECT_THAT(ErrorsOf("policyVersion: 1\nservices: {match: {name: a}}\n"),
              ElementsAre(StartsWith("policy.yaml:2: services: a map is not a list")));
  EXPECT_THAT(ErrorsOf("policyVersion: 1\nservices: [a, ~]\n"),
              ElementsAre(StartsWith("policy.yaml:2: services[0]: \"a\" is not a section"),
                          StartsWith("policy.yaml:2: services[1]: is empty")));
}

TEST(ParsePolicy, AnEmptySectionIsUnset) {
  const ParsedPolicy parsed = Parsed("policyVersion: 1\nservices:\nreconnect:\n");
  EXPECT_THAT(parsed.policy.services, IsEmpty());
  EXPECT_THAT(parsed.warnings, IsEmpty());
}

TEST(ParsePolicy, RefusesADocumentThatIsNotAMap) {
  EXPECT_THAT(ErrorsOf("hello\n"),
              ElementsAre("policy.yaml:1: the document is \"hello\", not keys with values"));
  EXPECT_THAT(ErrorsOf("- a\n"), ElementsAre("policy.yaml:1: the document is a list, not keys with values"));
}

TEST(ParsePolicy, LabelsDefaultToTheMostSpecificField) {
  const auto label = [](absl::string_view match) {
    return Parsed(absl::StrCat("{policyVersion: 1, services: [{match: {", match, "}}]}"))
        .policy.services[0]
        .label;
  };
  EXPECT_EQ(label("type: VPN"), "VPN");
  EXPECT_EQ(label("type: VPN, interface: utun1"), "utun1");
  EXPECT_EQ(label("type: VPN, providerBundleIdentifier: b"), "b");
  EXPECT_EQ(label("name: n, providerBundleIdentifier: b"), "n");
  EXPECT_EQ(label("name: n, payloadIdentifier: p"), "p");
  EXPECT_EQ(label("name: n, identifier: 6f1b4c0e-0000-4000-8000-000000000001"),
            "6F1B4C0E-0000-4000-8000-000000000001");
}

TEST(ParsePolicy, LabelsAreUnique) {
  EXPECT_THAT(
      ErrorsOf("policyVersion: 1\nservices:\n  - match: {name: a}\n  - {name: a, match: {type: VPN}}\n"),
      ElementsAre(
          "policy.yaml:4: services[1].name: \"a\" is also the label of services[0]; give each rule its "
          "own name"));
}

TEST(ParsePolicy, MachineAuthenticationIsRequiredSinceBoot) {
  const auto since = [](absl::string_view rule) {
    return Parsed(absl::StrCat("{policyVersion: 1, services: [{match: {name: a}, ", rule, "}]}"))
        .policy.services[0]
        .always_connected.since;
  };
  EXPECT_EQ(since("authentication: machine"), Since::kBoot);
  EXPECT_EQ(since("authentication: user"), Since::kLogin);
  EXPECT_EQ(since("authentication: machine, alwaysConnected: {since: network}"), Since::kNetwork);
}

TEST(ParsePolicy, BootNeedsAMachineThatCanStartIt) {
  EXPECT_THAT(
      Parsed("{policyVersion: 1, services: [{match: {name: a}, alwaysConnected: {since: boot}}]}").warnings,
      ElementsAre(HasSubstr("services[0].alwaysConnected.since: is boot, but before a login")));
  EXPECT_THAT(
      ErrorsOf("{policyVersion: 1, services: [{match: {name: a}, authentication: machine, scope: user}]}"),
      ElementsAre(HasSubstr("is boot, but with scope: user")));
}

TEST(ParsePolicy, AllowedDisconnectsAreNotRestoredByDefault) {
  const auto after = [](absl::string_view always) {
    return Parsed(absl::StrCat("{policyVersion: 1, services: [{match: {name: a}, alwaysConnected: {", always,
                               "}}]}"))
        .policy.services[0]
        .always_connected.reconnect_after;
  };
  EXPECT_EQ(after("enabled: true"), absl::Seconds(10));
  EXPECT_EQ(after("allowDisconnect: true"), std::nullopt);
  EXPECT_EQ(after("allowDisconnect: true, reconnectAfter: 5m"), absl::Minutes(5));
}

TEST(ParsePolicy, MaxDelayIsNotBelowInitialDelay) {
  EXPECT_THAT(ErrorsOf("{policyVersion: 1, reconnect: {initialDelay: 10m}}"),
              ElementsAre(HasSubstr("reconnect.initialDelay: maxDelay (5m) is below initialDelay (10m)")));
  EXPECT_THAT(ErrorsOf("{policyVersion: 1, reconnect: {maxDelay: 500ms}}"),
              ElementsAre(HasSubstr("reconnect.maxDelay: maxDelay (500ms) is below")));
  Parsed("{policyVersion: 1, reconnect: {initialDelay: 10m, maxDelay: 10m}}");
}

TEST(ParsePolicy, ABudgetThatNeverCountsIsRefused) {
  EXPECT_THAT(ErrorsOf("{policyVersion: 1, reconnect: {attemptBudget: {perHour: 5, perTenMinutes: 6}}}"),
              ElementsAre(HasSubstr("perTenMinutes: 6 is above perHour (5)")));
  // Only the hour is written: it simply binds first.
  EXPECT_EQ(
      Parsed("{policyVersion: 1, reconnect: {attemptBudget: {perHour: 5}}}").policy.reconnect.budget.per_hour,
      5);
}

TEST(ParsePolicy, ABadValueIsNotComparedWithOthers) {
  EXPECT_THAT(ErrorsOf("{policyVersion: 1, reconnect: {initialDelay: 10m, maxDelay: never}}"),
              ElementsAre(HasSubstr("\"never\" is not a duration")));
  EXPECT_THAT(ErrorsOf("{policyVersion: 1, services: [{match: {identifier: x}}]}"),
              ElementsAre(HasSubstr("\"x\" is not a UUID")));
}

TEST(ParsePolicy, ProbesDoNotOverlap) {
  EXPECT_THAT(ErrorsOf("{policyVersion: 1, liveness: {interval: 2s}}"),
              ElementsAre(HasSubstr("liveness.timeout: is above liveness.interval (2s)")));
}

TEST(ParsePolicy, AProbeNeedsATarget) {
  EXPECT_THAT(ErrorsOf("policyVersion: 1\nliveness:\n  probes:\n    - {}\n"),
              ElementsAre("policy.yaml:4: liveness.probes[0]: needs exactly one of tcp, https and dns"));
  EXPECT_THAT(ErrorsOf("{policyVersion: 1, liveness: {probes: [{tcp: 'a:1', dns: a}]}}"),
              ElementsAre(HasSubstr("needs exactly one of tcp, https and dns")));
  EXPECT_THAT(ErrorsOf("{policyVersion: 1, liveness: {probes: [{tcp: 'a:1', dnsAnswer: a}]}}"),
              ElementsAre(HasSubstr("dnsAnswer: belongs to dns, which this probe does not have")));
}

TEST(ParsePolicy, OneDeadHostMustNotRestartATunnel) {
  EXPECT_THAT(
      ErrorsOf("{policyVersion: 1, liveness: {action: restart, probes: [{tcp: 'a:1'}, {tcp: 'A:2'}]}}"),
      ElementsAre(HasSubstr("liveness.action: is restart, which needs probes of two different hosts")));
  EXPECT_EQ(Parsed("{policyVersion: 1, liveness: {action: restart, probes: [{tcp: 'a:1'}, {dns: b}]}}")
                .policy.liveness.action,
            LivenessAction::kRestart);
}

TEST(ParsePolicy, APortalNeedsTwoWitnesses) {
  EXPECT_THAT(
      ErrorsOf("{policyVersion: 1, captivePortal: {probes: [{url: 'http://a/'}, {url: 'http://a/b'}]}}"),
      ElementsAre(HasSubstr("needs pages of two different hosts")));
  EXPECT_EQ(Parsed("{policyVersion: 1}").policy.captive_portal.probes.size(), 2u);
}

TEST(ParsePolicy, TrustedNetworksHaveTheirOwnNames) {
  const std::string pin(64, 'a');
  const std::string network = absl::StrCat("{name: n, beacon: 'b:1', spki: ['", pin, "']}");
  EXPECT_THAT(ErrorsOf(absl::StrCat("{policyVersion: 1, trustedNetworks: [", network, ", ", network, "]}")),
              ElementsAre(HasSubstr("\"n\" is also the name of trustedNetworks[0]")));
}

TEST(ParsePolicy, AHintThatNothingCanMatchIsRefused) {
  const auto with = [](absl::string_view hint) {
    return absl::StrCat("{policyVersion: 1, trustedNetworks: [{name: n, beacon: 'b:1', spki: ['",
                        std::string(64, 'a'), "'], ", hint, "}]}");
  };
  for (const char* mac : {"zz", "aa:bb:cc:dd:ee", "aa-bb-cc-dd-ee-ff", "aa:bb:cc:dd:ee:fg"}) {
    EXPECT_THAT(ErrorsOf(with(absl::StrCat("gatewayMac: '", mac, "'"))),
                ElementsAre(HasSubstr("is no link-layer address")));
  }
  for (const char* server : {"resolver.example.com", "10.0.0", "10.0.0.53:53"}) {
    EXPECT_THAT(ErrorsOf(with(absl::StrCat("dnsServer: '", server, "'"))),
                ElementsAre(HasSubstr("is no IP address")));
  }
  EXPECT_THAT(Parsed(with("gatewayMac: 'AA:bb:cc:dd:ee:0f', dnsServer: 'fd00::53'")).warnings, IsEmpty());
}

TEST(ParsePolicy, ABundleHasOnePlaceInAnOrder) {
  EXPECT_THAT(ErrorsOf("{policyVersion: 1, transparentProxies: {requiredOrder: [a, b, a]}}"),
              ElementsAre(HasSubstr("names \"a\" twice")));
}

TEST(ParsePolicy, BesideAnInterfaceNothingElseMatches) {
  EXPECT_THAT(Parsed("{policyVersion: 1, services: [{match: {interface: utun4, name: x}}]}").warnings,
              ElementsAre(HasSubstr("the other fields of match have no effect")));
  EXPECT_THAT(Parsed("{policyVersion: 1, services: [{match: {interface: utun4}}]}").warnings, IsEmpty());
}

TEST(ParsePolicy, ShortStuckTimeoutsAreWarnedOf) {
  const ParsedPolicy parsed = Parsed("{policyVersion: 1, stuckConnecting: {timeout: 8s}}");
  EXPECT_EQ(parsed.policy.stuck_connecting, absl::Seconds(8));
  EXPECT_THAT(parsed.warnings, ElementsAre(HasSubstr("stuckConnecting.timeout: 8s is below 140s")));
  EXPECT_THAT(Parsed("{policyVersion: 1, stuckConnecting: {timeout: 140s}}").warnings, IsEmpty());
}

TEST(ParsePolicy, NotifyIsTheLastStep) {
  EXPECT_THAT(ErrorsOf("{policyVersion: 1, remediation: {ladder: [notify, stopWaitStart]}}"),
              ElementsAre(HasSubstr("remediation.ladder: notify is not the last step")));
  EXPECT_THAT(ErrorsOf("{policyVersion: 1, remediation: {ladder: []}}"),
              ElementsAre(HasSubstr("a list of 0 is out of range (between 1 and 10 entries)")));
}

TEST(ParsePolicy, TellsWhatWasGivenAndWhere) {
  const ParsedPolicy parsed = Parsed("policyVersion: 1\nservices:\n  - match: {name: a}\nwake:\n  grace:\n");
  EXPECT_EQ(parsed.given.at("Services[0].Match.Name"), (Position{3, 19}));
  EXPECT_EQ(parsed.given.count("Wake.Grace"), 0u);
}

}  // namespace
}  // namespace holdfast

// The policy as the engine sees it: validated, every key present with its value or its default.
// docs/policy.md describes each key; core/policy/schema.cc is the one table of spellings, types, ranges and
// defaults.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/backoff.h"
#include "base/ids.h"
#include "base/time.h"
#include "core/facts.h"
#include "core/policy/surroundings.h"

namespace holdfast {

enum class EnforcementMode : uint8_t { kOff, kAudit, kEnforce };
absl::string_view EnforcementModeName(EnforcementMode mode);  // "audit"
enum class Authentication : uint8_t { kMachine, kUser, kInteractive };
enum class RuleScope : uint8_t { kDevice, kUser };
enum class Since : uint8_t { kBoot, kLogin, kNetwork };
enum class LadderStep : uint8_t { kStopWaitStart, kCancelWaitStart, kNotify };
enum class FailureAction : uint8_t { kBackoff, kRetryOnceThenAsk, kNoRetry, kWaitForPath, kNone };
enum class OverrideMode : uint8_t { kNone, kReason, kPasscode, kTicket, kAdminCode };
enum class ComplianceAction : uint8_t { kReport, kNotify };

// All the given fields must match; at least one is given.
struct ServiceMatch {
  std::optional<Uuid> identifier;
  std::string name;
  std::string payload_identifier;
  std::string provider_bundle_identifier;
  std::optional<ServiceType> type;
  std::string interface_name;  // binds to no configuration: only observes
  bool Matches(const ServiceFacts& service) const;
};

struct AlwaysConnected {
  bool enabled = false;
  bool allow_disconnect = false;
  // After a person's stop. Nothing with allow_disconnect means never.
  std::optional<absl::Duration> reconnect_after = absl::Seconds(10);
  Since since = Since::kLogin;
  std::string conflict_group;  // at most one service of a group is up; empty: none
};

struct ServiceRule {
  std::string label;  // unique within a policy; defaults to the most specific field of the match
  ServiceMatch match;
  RuleScope scope = RuleScope::kDevice;
  Authentication authentication = Authentication::kUser;
  AlwaysConnected always_connected;
};

struct AttemptBudget {
  int per_hour = 30;
  int per_ten_minutes = 10;
};

struct OnFailure {
  FailureAction authentication = FailureAction::kRetryOnceThenAsk;
  FailureAction certificate = FailureAction::kNoRetry;
  FailureAction no_network = FailureAction::kWaitForPath;
  FailureAction server_unreachable = FailureAction::kBackoff;
  FailureAction configuration_removed = FailureAction::kNone;
  FailureAction other = FailureAction::kBackoff;
  FailureAction For(FailureCause cause) const;
};

struct Reconnect {
  absl::Duration settle = absl::Seconds(2);
  BackoffPolicy backoff;
  AttemptBudget budget;
  OnFailure on_failure;
};

struct CircuitBreaker {
  int failed_ladders = 3;
  absl::Duration cooldown = absl::Minutes(10);
};

struct OverridePolicy {
  OverrideMode mode = OverrideMode::kReason;
  absl::Duration max_duration = absl::Hours(1);
  int max_per_day = 3;
  int min_reason_length = 10;
  std::string passcode_hash;  // base/crypto/passcode.h
  std::string ticket_pattern;
};

struct MaintenanceWindow {
  std::string name;
  std::vector<std::string> devices;  // empty: every one
  WallTime from, until;
};

struct Compliance {
  absl::Duration action_delay = absl::Hours(24);
  ComplianceAction action = ComplianceAction::kReport;
};

struct Privacy {
  bool redact_ssid = true;
  std::string user_notice;
};

// The server's business: an agent does nothing with it.
struct RolloutPolicy {
  int percent = 100;
  double halt_on_failure_rate = 5;  // in percent
};

struct RequiredFilter {
  std::string bundle_identifier;
  std::optional<std::string> grade;
  std::optional<bool> sockets;
  std::optional<bool> packets;
  std::optional<bool> running;
};

struct RequiredDnsProxy {
  std::string bundle_identifier;
};

struct RequiredExtension {
  std::optional<std::string> team;
  std::string bundle_identifier;
  std::optional<std::string> minimum_version;
  std::string state = "activated enabled";  // systemextensionsctl's words
  std::optional<bool> removable;
};

struct RequiredProfiles {
  std::vector<std::string> required;
  bool drift_check = true;
};

enum class ExpectedSwitch : uint8_t { kOn, kOff, kAny };
enum class FailurePosture : uint8_t { kOpen, kClosed };

// Apple's hosts of Software Update and push (published_hosts.h).
std::vector<Endpoint> PublishedHosts();

struct TransparentProxies {
  std::vector<Endpoint> must_reach = PublishedHosts();
  std::vector<std::string> required_order;
  std::optional<bool> require_order_key;  // unset: true when two or more are installed
};

struct Policy {
  uint64_t version = 0;
  EnforcementMode mode = EnforcementMode::kAudit;
  std::vector<ServiceRule> services;
  Reconnect reconnect;
  absl::Duration stuck_connecting = absl::Seconds(150);
  absl::Duration stuck_connecting_interactive = absl::Minutes(10);
  absl::Duration stuck_disconnecting = absl::Seconds(30);
  std::vector<LadderStep> ladder = {LadderStep::kStopWaitStart, LadderStep::kCancelWaitStart,
                                    LadderStep::kNotify};
  CircuitBreaker circuit_breaker;
  Liveness liveness;
  CaptivePortal captive_portal;
  std::vector<TrustedNetwork> trusted_networks;
  TrustedAction trusted_network_action = TrustedAction::kIgnore;
  UntrustedAction untrusted_network_action = UntrustedAction::kConnect;
  std::vector<CoverageItem> coverage;
  absl::Duration wake_grace = absl::Seconds(60);
  bool ignore_dark_wake = true;
  absl::Duration boot_grace = absl::Seconds(120);
  absl::Duration login_grace = absl::Seconds(180);
  absl::Duration os_update_grace = absl::Minutes(15);
  absl::Duration extension_update_grace = absl::Seconds(180);
  bool setup_hold = true;
  OverridePolicy override_policy;
  std::string emergency_suspend;  // a signed order in text; core/orders/order.h
  std::vector<MaintenanceWindow> maintenance;
  Compliance compliance;
  Privacy privacy;
  TransparentProxies transparent_proxies;
  std::vector<RequiredFilter> content_filters;
  bool warn_same_grade = false;
  std::vector<RequiredDnsProxy> dns_proxies;
  std::vector<RequiredExtension> system_extensions;
  RequiredProfiles profiles;
  ExpectedSwitch on_demand_expected = ExpectedSwitch::kAny;
  FailurePosture failure_posture = FailurePosture::kOpen;
  bool tamper_protection = true;
  int history_retention_days = 90;
  int64_t history_max_bytes = int64_t{256} << 20;
  int64_t unacknowledged_max_bytes = int64_t{64} << 20;  // of them
  absl::Duration heartbeat_interval = absl::Seconds(60);
  RolloutPolicy rollout;
};

}  // namespace holdfast

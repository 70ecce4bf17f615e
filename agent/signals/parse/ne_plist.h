// /Library/Preferences/com.apple.networkextension.plist: every configuration of Network Extension, those that
// `scutil` never lists among them. A keyed archive; its layout is known from published descriptions
// (docs/ne-session.md) and was not checked on a Mac. Passwords, identities and a vendor's own settings lie in
// it too: nothing here reads them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/signals/parse/text_lines.h"
#include "core/facts.h"
#include "core/flow/flow.h"
#include "core/system_facts.h"

namespace holdfast::parse {

inline constexpr char kNePreferencesPath[] = "/Library/Preferences/com.apple.networkextension.plist";

// What a profile said of itself when it was installed. Its UUIDs are those of `profiles show`.
struct NeProfileInfo {
  enum class Source : uint8_t { kUnknown = 0, kUser = 1, kMdm = 2 };
  std::string payload_type, payload_uuid, payload_organization;
  std::string profile_identifier, profile_uuid, profile_organization;
  bool set_aside = false;
  std::optional<int64_t> ingested;  // Unix seconds
  std::string system_version;
  Source source = Source::kUnknown;
  friend bool operator==(const NeProfileInfo&, const NeProfileInfo&) = default;
};

enum class NeGrade : uint8_t { kUnknown = 0, kEnterprise = 1, kPersonal = 2 };
absl::string_view NeGradeName(NeGrade grade);  // "enterprise"; at most one of each is up at a time

struct NeConfiguration {
  Uuid id;
  std::string name;
  std::string application;  // the owner's bundle id
  std::string application_name;
  NeGrade grade = NeGrade::kUnknown;
  std::vector<std::string> parts;  // that it has: "VPN", "ContentFilter", ...
  std::optional<ServiceFacts> service;
  bool per_app = false;             // of the service
  std::optional<ProxyFacts> proxy;  // the service is one; its Order is in no archive, so it is missing here
  std::optional<FilterFacts> filter;
  std::optional<DnsProxyFacts> dns_proxy;
  std::optional<PostureFacts> posture;
  // An action that is not known is its number; of networks' names only how many there are is kept:
  // "SSIDMatch=(2)".
  std::vector<OnDemandRule> on_demand_rules;
  std::vector<AppRule> app_rules;          // of a per-app VPN
  std::vector<std::string> exempt_apps;    // identifiers that the service does not carry
  std::vector<std::string> match_domains;  // whose names are asked at the service's resolvers
  std::optional<bool> exclude_local_networks, exclude_apns;
  std::optional<NeProfileInfo> profile;
};

struct NePreferences {
  std::optional<int64_t> version, generation;
  std::vector<NeConfiguration> configurations;  // VPN services, filters and DNS proxies, by id
  std::vector<NeConfiguration> others;          // the system's own and kinds without facts, by id
  std::vector<OddLine> odd;                     // parts that are not known here, without line numbers
};

// INVALID_ARGUMENT when it is no keyed archive, or one without anything of Network Extension.
absl::StatusOr<NePreferences> ReadNePreferences(absl::string_view bytes);

// Whose each of `configurations` is.
std::vector<ConfigurationFacts> ConfigurationsOf(const NePreferences& preferences);

}  // namespace holdfast::parse

// What allows programs: system extensions, background services, privacy.
#include <array>
#include <set>

#include "absl/strings/str_cat.h"
#include "profiles/lint/requirement.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/mobileconfig/payloads.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

using plist::Value;

constexpr char kApple[] = "Apple: SystemExtensions";

constexpr Rule kBoth = {
    .id = "sysext-team-in-both",
    .severity = Severity::kError,
    .title = "A team stands in AllowedTeamIdentifiers and in AllowedSystemExtensions",
    .why = "Apple calls it an error: macOS refuses the payload, and no extension is allowed.",
    .fix = "keep the team in one of them: by team for all of its extensions, else by bundle identifier",
    .reference = kApple};
constexpr Rule kRemovable = {.id = "sysext-removable-conflict",
                             .severity = Severity::kError,
                             .title = "An extension is both removable and not removable",
                             .why = "Apple calls it an error: macOS refuses the payload.",
                             .fix = "keep it in one of the lists",
                             .reference = kApple};
constexpr Rule kTeam = {
    .id = "team-malformed",
    .severity = Severity::kError,
    .title = "A team identifier is none",
    .why = "Apple's are ten capital letters and digits. Another text matches no signature.",
    .fix = "write the team identifier that `codesign -dv APP` prints",
    .reference = "Apple: TN3127; SystemExtensions, AllowedTeamIdentifiers"};
constexpr Rule kEmpty = {.id = "sysext-team-without-extensions",
                         .severity = Severity::kWarning,
                         .title = "A team's list of extensions is empty",
                         .why = "It allows nothing.",
                         .fix = "list the bundle identifiers, or put the team into AllowedTeamIdentifiers",
                         .reference = kApple};
constexpr Rule kOverrides = {.id = "sysext-user-overrides",
                             .severity = Severity::kInfo,
                             .title = "People may approve further extensions",
                             .why =
                                 "AllowUserOverrides is true where it is not written: an administrator of "
                                 "the Mac may approve extensions that "
                                 "the profile does not name.",
                             .fix = "set AllowUserOverrides to <false/> where only the listed ones may run",
                             .reference = kApple};
constexpr Rule kRemoval = {
    .id = "sysext-removal-deactivates",
    .severity = Severity::kInfo,
    .title = "The extension's permission and its VPN, filter or proxy stand in one profile",
    .why =
        "Since macOS 11.3 removing the permission deactivates the extension. With both in one profile an "
        "update "
        "that changes the profile's identifier takes the network down between the two.",
    .fix = "keep the permission in a profile of its own that stays installed",
    .reference = "Apple: SystemExtensions (macOS 11.3)"};
constexpr Rule kLabel = {
    .id = "service-rule-without-team",
    .severity = Severity::kWarning,
    .title = "A rule by label or bundle identifier does not name a team",
    .why = "Anybody's launch job with that label becomes one that people cannot switch off.",
    .fix = "add TeamIdentifier to the rule",
    .reference = "Apple: ServiceManagementManagedLoginItems, TeamIdentifier"};
constexpr Rule kPrivacy = {
    .id = "privacy-allowed-and-authorization",
    .severity = Severity::kWarning,
    .title = "A permission has both Allowed and Authorization, or neither",
    .why = "They say the same in two ways; with both or none macOS's choice is not documented.",
    .fix = "write Authorization for macOS 11 and later, else Allowed",
    .reference = "Apple: PrivacyPreferencesPolicyControl"};

constexpr std::array kRules = {&kBoth,      &kRemovable, &kTeam,  &kEmpty,
                               &kOverrides, &kRemoval,   &kLabel, &kPrivacy};
constexpr RuleGroup kGroup = {"extensions", "System extensions, services, privacy", kRules};

std::set<std::string> Teams(const Value* value) {
  std::set<std::string> teams;
  if (value == nullptr) return teams;
  if (const auto* list = value->As<plist::Array>()) {
    for (const Value& item : *list) {
      if (const std::string* team = item.As<std::string>()) teams.insert(*team);
    }
  }
  if (const auto* dict = value->As<plist::Dict>()) {
    for (const auto& entry : dict->entries()) teams.insert(entry.key);
  }
  return teams;
}

// "TEAM bundle" of every entry.
std::set<std::string> Pairs(const Value* value) {
  std::set<std::string> pairs;
  const auto* dict = value == nullptr ? nullptr : value->As<plist::Dict>();
  if (dict == nullptr) return pairs;
  for (const auto& [team, bundles] : dict->entries()) {
    for (const std::string& bundle : Teams(&bundles)) pairs.insert(absl::StrCat(team, " ", bundle));
  }
  return pairs;
}

void CheckTeams(const PayloadView& payload, Sink& sink) {
  const std::set<std::string> whole = Teams(payload.value().Find("AllowedTeamIdentifiers"));
  for (absl::string_view key :
       {"AllowedTeamIdentifiers", "AllowedSystemExtensions", "AllowedSystemExtensionTypes",
        "RemovableSystemExtensions", "NonRemovableSystemExtensions"}) {
    for (const std::string& team : Teams(payload.value().Find(key))) {
      if (!LooksLikeTeam(team)) {
        sink.Add(kTeam, payload.At(key), absl::StrCat(key, " has the team '", team, "'"));
      }
      if (key == "AllowedSystemExtensions" && whole.contains(team)) {
        sink.Add(kBoth, payload.At(key), absl::StrCat("the team '", team, "' is in both"));
      }
    }
  }
}

void CheckLists(const PayloadView& payload, Sink& sink) {
  const Value* allowed = plist::SubDict(payload.value(), "AllowedSystemExtensions");
  if (allowed != nullptr) {
    for (const auto& [team, bundles] : allowed->As<plist::Dict>()->entries()) {
      const auto* list = bundles.As<plist::Array>();
      if (list == nullptr || !list->empty()) continue;
      sink.Add(kEmpty, payload.At(absl::StrCat("AllowedSystemExtensions.", team), bundles),
               absl::StrCat("the list of the team '", team, "' is empty"));
    }
  }
  const std::set<std::string> removable = Pairs(payload.value().Find("RemovableSystemExtensions"));
  for (absl::string_view key : {"NonRemovableSystemExtensions", "NonRemovableFromUISystemExtensions"}) {
    for (const std::string& pair : Pairs(payload.value().Find(key))) {
      if (removable.contains(pair)) {
        sink.Add(kRemovable, payload.At(key),
                 absl::StrCat("'", pair, "' is also in RemovableSystemExtensions"));
      }
    }
  }
}

bool HasNetworkPayload(const FileView& file) {
  return std::any_of(file.payloads().begin(), file.payloads().end(), [](const PayloadView& payload) {
    return payload.type() == profiles::kVpnPayload || payload.type() == profiles::kFilterPayload ||
           payload.type() == profiles::kDnsProxyPayload;
  });
}

void CheckExtensionPolicy(const PayloadView& payload, Sink& sink) {
  CheckTeams(payload, sink);
  CheckLists(payload, sink);
  if (payload.value().Find("AllowUserOverrides") == nullptr) {
    sink.Add(kOverrides, payload.At("AllowUserOverrides"), "AllowUserOverrides is not written");
  }
  if (HasNetworkPayload(payload.file())) {
    sink.Add(kRemoval, payload.Here(), "it stands beside the payloads that use the extensions");
  }
}

void CheckServiceRules(const PayloadView& payload, Sink& sink) {
  const auto* list = plist::SubArray(payload.value(), "Rules");
  if (list == nullptr) return;
  for (size_t i = 0; i < list->size(); ++i) {
    const Value& rule = (*list)[i];
    const std::string type = plist::Text(rule, "RuleType"), value = plist::Text(rule, "RuleValue");
    const Spot spot = payload.At(absl::StrCat("Rules[", i, "]"), rule);
    if (type == "TeamIdentifier" && !LooksLikeTeam(value)) {
      sink.Add(kTeam, spot, absl::StrCat("RuleValue is '", value, "'"));
    } else if (!type.empty() && type != "TeamIdentifier" && plist::Text(rule, "TeamIdentifier").empty()) {
      sink.Add(kLabel, spot, absl::StrCat(type, " '", value, "' has no TeamIdentifier"));
    }
  }
}

void CheckPrivacyRules(const PayloadView& payload, Sink& sink) {
  const Value* services = plist::SubDict(payload.value(), "Services");
  if (services == nullptr) return;
  for (const auto& [service, value] : services->As<plist::Dict>()->entries()) {
    const auto* list = value.As<plist::Array>();
    for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const bool allowed = (*list)[i].Find("Allowed") != nullptr;
      const bool authorization = (*list)[i].Find("Authorization") != nullptr;
      if (allowed != authorization) continue;
      sink.Add(kPrivacy, payload.At(absl::StrCat("Services.", service, "[", i, "]"), (*list)[i]),
               allowed ? "both are there" : "neither is there");
    }
  }
}

}  // namespace

const RuleGroup& ExtensionRules() {
  return kGroup;
}

void CheckExtensions(const FileView& file, Sink& sink) {
  for (const PayloadView& payload : file.payloads()) {
    if (payload.type() == profiles::kExtensionPolicyPayload) CheckExtensionPolicy(payload, sink);
    if (payload.type() == "com.apple.servicemanagement") CheckServiceRules(payload, sink);
    if (payload.type() == "com.apple.TCC.configuration-profile-policy") CheckPrivacyRules(payload, sink);
  }
}

}  // namespace holdfast::lint

// All profiles of one Mac: whether what they start is allowed to run.
#include <array>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "profiles/lint/requirement.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/lint/rules/vpn_view.h"
#include "profiles/mobileconfig/payloads.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

using plist::Text;
using plist::Value;

constexpr Rule kNotAllowed = {
    .id = "provider-not-allowed",
    .severity = Severity::kError,
    .title = "No profile allows the system extension that a VPN, filter or DNS proxy needs",
    .why =
        "macOS asks the person to approve the extension in System Settings. Until somebody does, who must be "
        "an "
        "administrator, the configuration is installed and does not run.",
    .fix = "add a com.apple.system-extension-policy payload that allows it",
    .reference = "Apple: SystemExtensions, AllowedSystemExtensions"};
constexpr Rule kWrongTeam = {
    .id = "provider-team-mismatch",
    .severity = Severity::kError,
    .title = "The extension is allowed under another team than its requirement names",
    .why =
        "Both must fit the extension's signature, so at least one of them is wrong: either it is not "
        "allowed, or it is "
        "not started.",
    .fix = "write the team of the extension's signature in both",
    .reference = "Apple: SystemExtensions; VPN.VPN, ProviderDesignatedRequirement"};
constexpr Rule kKind = {.id = "provider-kind-not-allowed",
                        .severity = Severity::kWarning,
                        .title = "The team's extensions are allowed, but not network extensions",
                        .why =
                            "AllowedSystemExtensionTypes restricts a team to the kinds it lists. "
                            "NetworkExtension is missing there.",
                        .fix = "add NetworkExtension to the team's AllowedSystemExtensionTypes",
                        .reference = "Apple: SystemExtensions, AllowedSystemExtensionTypes"};
constexpr Rule kHoldfast = {.id = "holdfast-can-be-switched-off",
                            .severity = Severity::kWarning,
                            .title = "Holdfast is configured, and no profile keeps its launch jobs on",
                            .why =
                                "A person can switch a background item off in System Settings. The agent "
                                "then stops with the next restart.",
                            .fix =
                                "add a com.apple.servicemanagement payload: `holdfastctl profile generate "
                                "service-management --team TEAM`",
                            .reference = "Apple: ServiceManagementManagedLoginItems"};

constexpr std::array kRules = {&kNotAllowed, &kWrongTeam, &kKind, &kHoldfast};
constexpr RuleGroup kGroup = {"allowances", "All profiles of one Mac: what is allowed to run", kRules};

// A provider that some payload starts.
struct Provider {
  std::string bundle_id, team;  // team: of its requirement; may be empty
  Spot spot;
};

void AddProvider(const PayloadView& payload, absl::string_view dictionary, absl::string_view id_key,
                 absl::string_view requirement_key, std::vector<Provider>& out) {
  const Value* dict = dictionary.empty() ? &payload.value() : plist::SubDict(payload.value(), dictionary);
  if (dict == nullptr) return;
  const std::string id = Text(*dict, id_key);
  if (id.empty()) return;
  const std::string path = dictionary.empty() ? std::string(id_key) : absl::StrCat(dictionary, ".", id_key);
  out.push_back({id, ReadRequirement(Text(*dict, requirement_key)).team, payload.At(path)});
}

std::vector<Provider> ProvidersOf(const Fleet& fleet) {
  std::vector<Provider> providers;
  for (const auto& file : fleet) {
    for (const PayloadView& payload : file->payloads()) {
      if (const std::optional<VpnView> vpn = AsVpn(payload)) {
        if (!vpn->kind->has_provider) continue;
        AddProvider(payload, vpn->dict.name, "ProviderBundleIdentifier", "ProviderDesignatedRequirement",
                    providers);
      } else if (payload.type() == profiles::kFilterPayload) {
        AddProvider(payload, "", "FilterDataProviderBundleIdentifier",
                    "FilterDataProviderDesignatedRequirement", providers);
        AddProvider(payload, "", "FilterPacketProviderBundleIdentifier",
                    "FilterPacketProviderDesignatedRequirement", providers);
      } else if (payload.type() == profiles::kDnsProxyPayload) {
        AddProvider(payload, "", "ProviderBundleIdentifier", "ProviderDesignatedRequirement", providers);
      }
    }
  }
  return providers;
}

// What all profiles together allow.
struct Allowances {
  std::set<std::string> teams;                           // all of a team's
  std::map<std::string, std::set<std::string>> bundles;  // bundle -> teams
  std::map<std::string, bool> network;                   // team -> whether its kinds include NetworkExtension
};

Allowances AllowancesOf(const Fleet& fleet) {
  Allowances all;
  for (const auto& file : fleet) {
    for (const profiles::AllowedExtension& allowed : file->profile().allowed_extensions) {
      if (allowed.bundle_id.empty()) {
        all.teams.insert(allowed.team_id);
      } else {
        all.bundles[allowed.bundle_id].insert(allowed.team_id);
      }
    }
    for (const PayloadView& payload : file->payloads()) {
      const Value* types = plist::SubDict(payload.value(), "AllowedSystemExtensionTypes");
      if (payload.type() != profiles::kExtensionPolicyPayload || types == nullptr) continue;
      for (const auto& [team, kinds] : types->As<plist::Dict>()->entries()) {
        const auto* list = kinds.As<plist::Array>();
        all.network[team] = list != nullptr && std::any_of(list->begin(), list->end(), [](const Value& kind) {
                              return kind == Value(std::string("NetworkExtension"));
                            });
      }
    }
  }
  return all;
}

void CheckProvider(const Provider& provider, const Allowances& all, Sink& sink) {
  const auto found = all.bundles.find(provider.bundle_id);
  const bool by_team = all.teams.contains(provider.team);
  if (found == all.bundles.end() && !by_team) {
    const std::string team = provider.team.empty() ? "TEAM" : provider.team;
    // Whose team is not known may be allowed by its team.
    Finding& finding = sink.Add(
        kNotAllowed, provider.spot, absl::StrCat("nothing allows ", provider.bundle_id),
        absl::StrCat("add a com.apple.system-extension-policy payload with AllowedSystemExtensions: ", team,
                     ": ", provider.bundle_id));
    if (provider.team.empty() && !all.teams.empty()) finding.severity = Severity::kWarning;
    return;
  }
  const std::string allowed_team = by_team || provider.team.empty() ? provider.team : *found->second.begin();
  if (!by_team && !provider.team.empty() && !found->second.contains(provider.team)) {
    sink.Add(kWrongTeam, provider.spot,
             absl::StrCat(provider.bundle_id, " is allowed for the team ", allowed_team,
                          " and required to be of ", provider.team));
  }
  const auto kinds = all.network.find(provider.team);
  if (kinds != all.network.end() && !kinds->second) {
    sink.Add(
        kKind, provider.spot,
        absl::StrCat("AllowedSystemExtensionTypes of ", provider.team, " does not list NetworkExtension"));
  }
}

void CheckHoldfast(const Fleet& fleet, Sink& sink) {
  const PayloadView* preferences = nullptr;
  for (const auto& file : fleet) {
    for (const PayloadView& payload : file->payloads()) {
      if (payload.type() == "io.holdfast.agent") preferences = &payload;
      const auto* list = plist::SubArray(payload.value(), "Rules");
      if (payload.type() != "com.apple.servicemanagement" || list == nullptr) continue;
      for (const Value& rule : *list) {
        const std::string value = Text(rule, "RuleValue");
        if (Text(rule, "RuleType") == "TeamIdentifier" || absl::StartsWith(value, "io.holdfast")) return;
      }
    }
  }
  if (preferences != nullptr)
    sink.Add(kHoldfast, preferences->Here(), "no rule of service management names io.holdfast");
}

}  // namespace

const RuleGroup& AllowanceRules() {
  return kGroup;
}

void CheckAllowances(const Fleet& fleet, Sink& sink) {
  const Allowances all = AllowancesOf(fleet);
  for (const Provider& provider : ProvidersOf(fleet)) CheckProvider(provider, all, sink);
  CheckHoldfast(fleet, sink);
}

}  // namespace holdfast::lint

// What a tunnel carries, and what it would swallow.
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "profiles/lint/apple_hosts.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/lint/rules/vpn_view.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

using plist::Switch;
using plist::Value;

constexpr Rule kApns = {.id = "full-tunnel-takes-push",
                        .severity = Severity::kWarning,
                        .title = "A tunnel for all traffic takes Apple's push service, too",
                        .why =
                            "With IncludeAllNetworks and ExcludeAPNs 0 the notifications of your management "
                            "server come through the "
                            "tunnel. While it is down, or when its gateway drops them, the Mac cannot be "
                            "managed: not even to mend "
                            "this profile.",
                        .fix = "leave ExcludeAPNs out, or set it to 1",
                        .reference = "Apple: VPN.VPN, ExcludeAPNs"};
constexpr Rule kLocal = {.id = "full-tunnel-takes-local",
                         .severity = Severity::kWarning,
                         .title = "A tunnel for all traffic takes the local network, too",
                         .why =
                             "On a Mac ExcludeLocalNetworks is 0 where it is not written (on iOS it is 1): "
                             "printers, AirPlay and the "
                             "router's own page are out of reach while the tunnel is up.",
                         .fix = "write ExcludeLocalNetworks: 1 to keep them, 0 to say that this is meant",
                         .reference = "Apple: VPN.VPN, ExcludeLocalNetworks"};
constexpr Rule kOldTarget = {
    .id = "full-tunnel-before-exceptions",
    .severity = Severity::kWarning,
    .title = "A tunnel for all traffic on a macOS that has no exception for push",
    .why =
        "ExcludeAPNs and ExcludeCellularServices exist since macOS 13.3. Before, only the VPN's own app or "
        "gateway "
        "can leave Apple's network 17.0.0.0/8 out.",
    .fix = "make sure that the gateway lets 17.0.0.0/8 through, or raise the target to 13.3",
    .reference = "Apple: VPN.VPN, ExcludeAPNs: macOS 13.3"};
constexpr Rule kIgnored = {.id = "enforce-routes-ignored",
                           .severity = Severity::kInfo,
                           .title = "EnforceRoutes has no effect beside IncludeAllNetworks",
                           .why = "With IncludeAllNetworks 1 macOS ignores EnforceRoutes.",
                           .fix = "keep the one that you mean",
                           .reference = "Apple: VPN.VPN, EnforceRoutes"};
constexpr Rule kExcluded = {
    .id = "enforced-routes-exclusions",
    .severity = Severity::kInfo,
    .title = "Routes that the provider excludes may be taken all the same",
    .why =
        "With IncludeAllNetworks or EnforceRoutes the routes that a provider excludes are reported to be "
        "ignored: "
        "split tunnelling that worked before may not.",
    .fix = "test what the provider leaves out of the tunnel with this profile installed",
    .reference = "Apple Developer Forums, reports on excludedRoutes; unverified on a Mac"};
constexpr Rule kManagement = {
    .id = "on-demand-takes-management",
    .severity = Severity::kWarning,
    .title = "An On Demand rule brings the tunnel up for management or software update",
    .why =
        "The rule makes connections to Apple's own hosts wait for the tunnel. When it cannot come up, "
        "neither "
        "updates nor management reach the Mac.",
    .fix = "take Apple's hosts out of the rule's domains, or add a rule before it with NeverConnect for them",
    .reference = "Apple: Use Apple products on enterprise networks (101555), read November 2026"};

constexpr std::array kRules = {&kApns, &kLocal, &kOldTarget, &kIgnored, &kExcluded, &kManagement};
constexpr RuleGroup kGroup = {"routing", "Routing: what a tunnel carries", kRules};

constexpr MacOsVersion kExceptions{13, 3, 0};

void CheckSwitches(const PayloadView& payload, absl::string_view name, const Value& dict, Sink& sink) {
  const auto at = [&](absl::string_view key) { return payload.At(absl::StrCat(name, ".", key)); };
  const bool all = Switch(dict, "IncludeAllNetworks").value_or(false);
  const bool routes = Switch(dict, "EnforceRoutes").value_or(false);
  if (routes && !all) sink.Add(kExcluded, at("EnforceRoutes"), "EnforceRoutes is 1");
  if (!all) return;
  if (routes) sink.Add(kIgnored, at("EnforceRoutes"), "both are 1");
  if (Switch(dict, "ExcludeAPNs") == false) {
    sink.Add(kApns, at("ExcludeAPNs"), "IncludeAllNetworks is 1 and ExcludeAPNs is 0");
  }
  if (dict.Find("ExcludeLocalNetworks") == nullptr) {
    sink.Add(kLocal, at("IncludeAllNetworks"),
             "IncludeAllNetworks is 1 and ExcludeLocalNetworks is not written");
  }
  if (payload.file().options().Oldest() < kExceptions) {
    sink.Add(kOldTarget, at("IncludeAllNetworks"),
             absl::StrCat("IncludeAllNetworks is 1 and the target is macOS ",
                          payload.file().options().Oldest().ToString()));
  }
}

// The first of the domains that takes one of Apple's hosts with it.
void CheckDomains(const PayloadView& payload, const Value& domains, const std::string& path, Sink& sink) {
  const auto* list = domains.As<plist::Array>();
  if (list == nullptr) return;
  for (const Value& item : *list) {
    const std::string* domain = item.As<std::string>();
    if (domain == nullptr) continue;
    const absl::string_view host = AppleHostIn(*domain);
    if (host.empty()) continue;
    sink.Add(kManagement, payload.At(path, item), absl::StrCat("'", *domain, "' covers ", host));
    return;
  }
}

void CheckParameters(const PayloadView& payload, const Value& rule, const std::string& path, Sink& sink) {
  const auto* list = plist::SubArray(rule, "ActionParameters");
  if (list == nullptr) return;
  bool spared = false;  // an earlier NeverConnect for Apple's hosts
  for (size_t i = 0; i < list->size(); ++i) {
    const Value* domains = (*list)[i].Find("Domains");
    if (domains == nullptr) continue;
    const std::string action = plist::Text((*list)[i], "DomainAction");
    if (action == "NeverConnect") spared = spared || SparesApple(*domains);
    if (action != "ConnectIfNeeded" || spared) continue;
    CheckDomains(payload, *domains, absl::StrCat(path, ".ActionParameters[", i, "].Domains"), sink);
  }
}

void CheckOnDemandDomains(const PayloadView& payload, absl::string_view name, const Value& dict, Sink& sink) {
  const auto* list = plist::SubArray(dict, "OnDemandRules");
  if (list == nullptr) return;
  for (size_t i = 0; i < list->size(); ++i) {
    if (plist::Text((*list)[i], "Action") != "EvaluateConnection") continue;
    CheckParameters(payload, (*list)[i], absl::StrCat(name, ".OnDemandRules[", i, "]"), sink);
  }
}

}  // namespace

const RuleGroup& RoutingRules() {
  return kGroup;
}

void CheckRouting(const FileView& file, Sink& sink) {
  for (const PayloadView& payload : file.payloads()) {
    const std::optional<VpnView> vpn = AsVpn(payload);
    if (!vpn) continue;
    CheckSwitches(payload, vpn->dict.name, *vpn->dict.value, sink);
    CheckOnDemandDomains(payload, vpn->dict.name, *vpn->dict.value, sink);
  }
}

}  // namespace holdfast::lint

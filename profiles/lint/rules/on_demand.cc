// Connect On Demand: rules that never match, that match too much, that macOS drops.
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/flow/destination.h"
#include "core/policy/surroundings.h"
#include "profiles/lint/rules/on_demand_rule.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/lint/rules/vpn_view.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

using plist::Text;
using plist::Value;

constexpr char kApple[] = "Apple: VPN, OnDemandRulesElement; Apple Platform Deployment, VPN On Demand";
constexpr Rule kUnreachable = {.id = "ondemand-unreachable",
                               .severity = Severity::kError,
                               .title = "A rule comes after one that always matches",
                               .why =
                                   "The first rule that matches decides. One without criteria matches "
                                   "always, so what follows is never looked "
                                   "at.",
                               .fix = "put the rule without criteria last",
                               .reference = kApple};
constexpr Rule kShadowed = {
    .id = "ondemand-shadowed",
    .severity = Severity::kWarning,
    .title = "A rule can never match, because an earlier one matches whenever it would",
    .why =
        "The first rule that matches decides; an earlier one with the same or wider criteria takes every "
        "case.",
    .fix = "put the narrower rule first",
    .reference = kApple};
constexpr Rule kNoFinal = {
    .id = "ondemand-no-final",
    .severity = Severity::kWarning,
    .title = "The last rule has criteria",
    .why =
        "Where no rule matches, nothing is decided: the tunnel stays as it is, and does not come back after "
        "a change "
        "of networks.",
    .fix = "end with a rule that has an Action and no criteria: Connect, Disconnect or Ignore",
    .reference = "Apple Platform Deployment, VPN On Demand; trailofbits/algo#1213"};
constexpr Rule kSsid = {
    .id = "ondemand-ssid-without-wifi",
    .severity = Severity::kWarning,
    .title = "A rule matches a network's name without asking for WiFi",
    .why = "On a Mac with a cable and WiFi at once the rule may be judged for the cable, which has no name.",
    .fix = "add InterfaceTypeMatch: WiFi",
    .reference = "AdguardTeam/AdGuardDNS#1024; not reproduced by its maintainers"};
constexpr Rule kParameters = {
    .id = "ondemand-parameters-ignored",
    .severity = Severity::kError,
    .title = "ActionParameters stand in a rule whose action does not read them",
    .why = "Only EvaluateConnection reads them. The domains in them have no effect.",
    .fix = "set the rule's Action to EvaluateConnection, or remove ActionParameters",
    .reference = kApple};
constexpr Rule kNoParameters = {.id = "ondemand-evaluate-without-parameters",
                                .severity = Severity::kError,
                                .title = "EvaluateConnection has no ActionParameters",
                                .why = "There is nothing to evaluate: the rule matches and never connects.",
                                .fix = "add ActionParameters with Domains and a DomainAction",
                                .reference = kApple};
constexpr Rule kNever = {.id = "ondemand-never-connect-probes",
                         .severity = Severity::kError,
                         .title = "A parameter with NeverConnect has servers or a probe",
                         .why =
                             "RequiredDNSServers and RequiredURLStringProbe decide about ConnectIfNeeded "
                             "only; here they are ignored.",
                         .fix = "remove them, or set DomainAction to ConnectIfNeeded",
                         .reference = kApple};
constexpr Rule kOff = {.id = "ondemand-off",
                       .severity = Severity::kWarning,
                       .title = "There are rules, and On Demand is off",
                       .why = "Without OnDemandEnabled 1 macOS does not look at the rules.",
                       .fix = "set OnDemandEnabled to 1, or remove OnDemandRules",
                       .reference = "Apple: VPN, OnDemandEnabled; trailofbits/algo has it in the field"};
constexpr Rule kNoRules = {.id = "ondemand-without-rules",
                           .severity = Severity::kWarning,
                           .title = "On Demand is on, and there are no rules",
                           .why = "Nothing says when to connect, so the tunnel is not brought up.",
                           .fix = "add OnDemandRules, at least one with the Action Connect",
                           .reference = kApple};
constexpr Rule kProbe = {
    .id = "ondemand-probe-plain",
    .severity = Severity::kWarning,
    .title = "A probe goes over plain HTTP",
    .why = "Anybody on the network can answer it with 200, and so switch the tunnel off or on.",
    .fix = "use an https URL whose certificate the Mac trusts, on a host that is reached without the tunnel",
    .reference = "Apple: URLStringProbe: a 200 without redirect matches"};
constexpr Rule kProbeInside = {.id = "ondemand-probe-behind-tunnel",
                               .severity = Severity::kWarning,
                               .title = "A rule's probe is on a host that is reached through the tunnel",
                               .why =
                                   "The rule is judged before the tunnel is up. A host that only the tunnel "
                                   "reaches never answers then, so the "
                                   "rule does not match when it should.",
                               .fix = "probe a host that is reached from every network",
                               .reference = "Apple: URLStringProbe; DNS.SupplementalMatchDomains"};
constexpr Rule kCellular = {.id = "ondemand-cellular",
                            .severity = Severity::kInfo,
                            .title = "A rule matches Cellular",
                            .why = "No Mac has a cellular interface: the rule never matches.",
                            .fix = "leave the rule out of profiles for Macs",
                            .reference = kApple};
constexpr Rule kAction = {.id = "ondemand-action-unknown",
                          .severity = Severity::kError,
                          .title = "A rule's Action is missing or not known",
                          .why = "macOS drops such a rule without a word, and the next one decides.",
                          .fix = "write Connect, Disconnect, EvaluateConnection or Ignore",
                          .reference = kDecompiled};
constexpr Rule kAllow = {
    .id = "ondemand-allow",
    .severity = Severity::kWarning,
    .title = "A rule's Action is Allow",
    .why = "It is deprecated, and counts only where the old OnDemandMatchDomains arrays are there.",
    .fix = "use EvaluateConnection with ActionParameters",
    .reference = kDecompiled};
constexpr Rule kDomains = {.id = "ondemand-old-domains",
                           .severity = Severity::kWarning,
                           .title = "OnDemandMatchDomains arrays are used",
                           .why =
                               "They are deprecated since iOS 7 and OS X 10.9's time. macOS reads them only "
                               "where no rule without criteria is "
                               "there.",
                           .fix = "use OnDemandRules with EvaluateConnection",
                           .reference = kDecompiled};
constexpr Rule kWildcard = {
    .id = "ondemand-dns-wildcards",
    .severity = Severity::kWarning,
    .title = "An address of a DNS server has more than one wildcard",
    .why = "One is allowed, at the end: '17.*'. What macOS does with more is not documented.",
    .fix = "write one '*', at the end",
    .reference = kApple};

constexpr std::array kRules = {&kUnreachable, &kShadowed, &kNoFinal, &kSsid,    &kParameters,  &kNoParameters,
                               &kNever,       &kOff,      &kNoRules, &kProbe,   &kProbeInside, &kCellular,
                               &kAction,      &kAllow,    &kDomains, &kWildcard};
constexpr RuleGroup kGroup = {"on-demand", "Connect On Demand", kRules};

class OnDemandChecker {
 public:
  // `base`: where the rules' dictionary stands in the payload; empty: the payload itself.
  OnDemandChecker(const PayloadView& payload, std::string base, const Value& dict, Sink& sink)
      : payload_(payload), base_(std::move(base)), dict_(dict), sink_(sink) {}

  void Check() {
    CheckSwitch();
    const auto* list = plist::SubArray(dict_, "OnDemandRules");
    if (list == nullptr) return;
    for (size_t i = 0; i < list->size(); ++i) {
      if ((*list)[i].As<plist::Dict>() != nullptr) CheckRule((*list)[i], i);
    }
    CheckSequence(*list);
  }

 private:
  std::string Path(size_t rule) const {
    return absl::StrCat(base_, base_.empty() ? "" : ".", "OnDemandRules[", rule, "]");
  }

  void CheckSwitch() {
    if (base_.empty()) return;  // a DNS payload has no switch
    const auto* list = plist::SubArray(dict_, "OnDemandRules");
    const bool on = plist::Switch(dict_, "OnDemandEnabled").value_or(false);
    bool old = false;
    for (absl::string_view key :
         {"OnDemandMatchDomainsAlways", "OnDemandMatchDomainsNever", "OnDemandMatchDomainsOnRetry"}) {
      if (dict_.Find(key) == nullptr) continue;
      if (!old)
        sink_.Add(kDomains, payload_.At(absl::StrCat(base_, ".", key)), absl::StrCat(key, " is deprecated"));
      old = true;
    }
    const Spot spot = payload_.At(absl::StrCat(base_, ".OnDemandEnabled"));
    if (list != nullptr && !list->empty() && !on) {
      sink_.Add(kOff, spot,
                absl::StrCat(list->size() == 1 ? "there is a rule" : "there are rules",
                             " and OnDemandEnabled is not 1"));
    }
    if (on && (list == nullptr || list->empty()) && !old) {
      sink_.Add(kNoRules, spot, "OnDemandEnabled is 1 and OnDemandRules is empty or missing");
    }
  }

  void CheckRule(const Value& rule, size_t index) {
    const std::string path = Path(index), action = Text(rule, "Action");
    const auto at = [&](absl::string_view key) {
      const Value* value = rule.Find(key);
      return payload_.At(absl::StrCat(path, ".", key), value == nullptr ? rule : *value);
    };
    CheckAction(rule, action, at("Action"), at("ActionParameters"));
    const Value* interface = rule.Find("InterfaceTypeMatch");
    if (Text(rule, "InterfaceTypeMatch") == "Cellular") {
      sink_.Add(kCellular, at("InterfaceTypeMatch"), absl::StrCat("rule ", index + 1, " matches Cellular"));
    }
    if (rule.Find("SSIDMatch") != nullptr && interface == nullptr) {
      sink_.Add(kSsid, at("SSIDMatch"),
                absl::StrCat("rule ", index + 1, " has SSIDMatch and no InterfaceTypeMatch"));
    }
    CheckProbe(Text(rule, "URLStringProbe"), at("URLStringProbe"));
    CheckProbeHost(Text(rule, "URLStringProbe"), at("URLStringProbe"));
    CheckServers(rule, at("DNSServerAddressMatch"));
    CheckParameters(rule, path);
  }

  void CheckAction(const Value& rule, const std::string& action, const Spot& spot, const Spot& parameters) {
    constexpr std::array<absl::string_view, 4> kKnown = {"Connect", "Disconnect", "EvaluateConnection",
                                                         "Ignore"};
    const bool has = rule.Find("ActionParameters") != nullptr;
    if (action == "Allow") {
      sink_.Add(kAllow, spot, "the Action is 'Allow'");
    } else if (std::find(kKnown.begin(), kKnown.end(), action) == kKnown.end()) {
      sink_.Add(kAction, spot,
                action.empty() ? "the rule has no Action" : absl::StrCat("the Action is '", action, "'"));
    } else if (action == "EvaluateConnection" && !has) {
      sink_.Add(kNoParameters, spot, "the rule has no ActionParameters");
    } else if (action != "EvaluateConnection" && has) {
      sink_.Add(kParameters, parameters, absl::StrCat("the rule's Action is '", action, "'"));
    }
  }

  void CheckProbe(const std::string& url, const Spot& spot) {
    if (absl::StartsWithIgnoreCase(url, "http://")) {
      sink_.Add(kProbe, spot, absl::StrCat("the probe is ", url));
    }
  }

  // Split DNS says which names are behind the tunnel.
  void CheckProbeHost(const std::string& url, const Spot& spot) {
    const Value* dns = plist::SubDict(payload_.value(), "DNS");
    const auto* list = dns == nullptr ? nullptr : plist::SubArray(*dns, "SupplementalMatchDomains");
    Url parsed;
    if (list == nullptr || !ParseUrl(url, &parsed)) return;
    for (const Value& item : *list) {
      const std::string* domain = item.As<std::string>();
      if (domain == nullptr || domain->empty() || !InDomain(parsed.endpoint.host, *domain)) continue;
      sink_.Add(kProbeInside, spot,
                absl::StrCat("the probe's host ", parsed.endpoint.host, " is in '", *domain,
                             "', which DNS.SupplementalMatchDomains sends through the tunnel"));
      return;
    }
  }

  void CheckServers(const Value& rule, const Spot& spot) {
    const OnDemandRule read = ReadOnDemandRule(rule);
    if (!read.servers) return;
    for (const std::string& server : *read.servers) {
      const size_t star = server.find('*');
      if (star != std::string::npos && star + 1 != server.size()) {
        sink_.Add(kWildcard, spot, absl::StrCat("'", server, "' has a '*' before its end"));
      }
    }
  }

  void CheckParameters(const Value& rule, const std::string& path) {
    const auto* list = plist::SubArray(rule, "ActionParameters");
    if (list == nullptr) return;
    for (size_t i = 0; i < list->size(); ++i) {
      const Value& item = (*list)[i];
      const Spot spot = payload_.At(absl::StrCat(path, ".ActionParameters[", i, "]"), item);
      CheckProbe(Text(item, "RequiredURLStringProbe"), spot);
      const bool probes =
          item.Find("RequiredDNSServers") != nullptr || item.Find("RequiredURLStringProbe") != nullptr;
      if (Text(item, "DomainAction") == "NeverConnect" && probes) {
        sink_.Add(kNever, spot,
                  "DomainAction is 'NeverConnect' beside RequiredDNSServers or RequiredURLStringProbe");
      }
    }
  }

  void CheckSequence(const plist::Array& list) {
    std::vector<OnDemandRule> rules;
    for (const Value& rule : list) rules.push_back(ReadOnDemandRule(rule));
    for (size_t later = 1; later < rules.size() && later < kMaxRules; ++later) {
      for (size_t earlier = 0; earlier < later; ++earlier) {
        if (!Shadows(rules[earlier], rules[later])) continue;
        const bool always = rules[earlier].always();
        sink_.Add(always ? kUnreachable : kShadowed, payload_.At(Path(later), list[later]),
                  absl::StrCat("rule ", later + 1, " (", rules[later].action, ") comes after rule ",
                               earlier + 1, " (", rules[earlier].action, "), which ",
                               always ? "always matches" : "matches whenever it would"));
        break;
      }
    }
    if (!rules.empty() &&
        std::none_of(rules.begin(), rules.end(), [](const auto& r) { return r.always(); })) {
      sink_.Add(kNoFinal, payload_.At(Path(rules.size() - 1), list.back()), "no rule is without criteria");
    }
  }

  static constexpr size_t kMaxRules =
      200;  // of hand-written rules nobody has as many; comparing is quadratic

  const PayloadView& payload_;
  const std::string base_;
  const Value& dict_;
  Sink& sink_;
};

}  // namespace

const RuleGroup& OnDemandRules() {
  return kGroup;
}

void CheckOnDemand(const FileView& file, Sink& sink) {
  for (const PayloadView& payload : file.payloads()) {
    if (payload.type() == "com.apple.dnsSettings.managed") {
      OnDemandChecker(payload, "", payload.value(), sink).Check();
    }
    const std::optional<VpnView> vpn = AsVpn(payload);
    if (vpn) OnDemandChecker(payload, std::string(vpn->dict.name), *vpn->dict.value, sink).Check();
  }
}

}  // namespace holdfast::lint

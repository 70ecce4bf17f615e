// All profiles of one Mac: what gets into each other's way.
#include <array>
#include <map>

#include "absl/strings/str_cat.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/lint/rules/vpn_view.h"
#include "profiles/mobileconfig/payloads.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

constexpr Rule kFilters = {
    .id = "fleet-filters-same-grade",
    .severity = Severity::kWarning,
    .title = "Two content filters have the same grade",
    .why =
        "Filters of the grade firewall see traffic before inspectors. Within a grade the order is not "
        "defined: what "
        "one lets through and the other not may change from start to start.",
    .fix =
        "make one of them an inspector, if its vendor allows it; else know that their order is not defined",
    .reference = "Apple: WebContentFilter, FilterGrade"};
constexpr Rule kDnsProxies = {
    .id = "fleet-dns-proxies",
    .severity = Severity::kWarning,
    .title = "There is more than one DNS proxy",
    .why = "macOS runs one. Which, Apple does not say; the other is installed and never sees a query.",
    .fix = "keep one of them",
    .reference = "Apple's schema: dnsProxy.managed, multiple: false"};
constexpr Rule kSingle = {.id = "fleet-payload-single",
                          .severity = Severity::kWarning,
                          .title = "A payload that a Mac can have once is there twice",
                          .why = "Only one of them takes effect; which, Apple does not say.",
                          .fix = "keep one of them",
                          .reference = "Apple's schema: supportedOS.macOS.multiple: false"};
constexpr Rule kTunnels = {
    .id = "fleet-full-tunnels",
    .severity = Severity::kWarning,
    .title = "Two tunnels for all traffic come up by themselves",
    .why =
        "macOS runs one full tunnel of a grade. Each that starts stops the other (stop reason 33, "
        "superseded), whose "
        "On Demand rules start it again: they fight for ever.",
    .fix = "keep On Demand on for one of them, or make one a split tunnel",
    .reference = "Seen as 'superseded' in the session's stop reasons; see the incident toggle_fight"};
constexpr Rule kProvider = {
    .id = "fleet-provider-twice",
    .severity = Severity::kWarning,
    .title = "Two profiles configure the same provider",
    .why = "Most vendors' apps expect one configuration of theirs and take the first they find.",
    .fix = "keep one of them, or ask the vendor whether two are meant",
    .reference = "Apple: NETunnelProviderManager.loadAllFromPreferences returns them in no documented order"};

constexpr std::array kRules = {&kFilters, &kDnsProxies, &kSingle, &kTunnels, &kProvider};
constexpr RuleGroup kGroup = {"company", "All profiles of one Mac: conflicts", kRules};

std::string Whose(const PayloadView& payload) {
  return absl::StrCat(payload.subject(), " in '", payload.file().source().name, "'");
}

// Tells of the second of two that share something.
class Firsts {
 public:
  Firsts(const Rule& rule, Sink& sink) : rule_(rule), sink_(sink) {}

  void Add(const std::string& shared, const Spot& spot, absl::string_view what) {
    const auto [it, fresh] = first_.try_emplace(shared, spot);
    if (fresh) return;
    Finding& finding = sink_.Add(rule_, spot, absl::StrCat(what, ", as ", Whose(*it->second.payload)));
    finding.related.push_back(PlaceOf(it->second));
  }

 private:
  const Rule& rule_;
  Sink& sink_;
  std::map<std::string, Spot> first_;
};

bool IsFullTunnelOnDemand(const PayloadView& payload, const profiles::VpnDictionary& dict) {
  const bool all = plist::Switch(*dict.value, "IncludeAllNetworks").value_or(false);
  const plist::Value* ipv4 = plist::SubDict(payload.value(), "IPv4");
  const bool primary = ipv4 != nullptr && plist::Switch(*ipv4, "OverridePrimary").value_or(false);
  return (all || primary) && plist::Switch(*dict.value, "OnDemandEnabled").value_or(false);
}

class Company {
 public:
  explicit Company(Sink& sink)
      : filters_(kFilters, sink),
        dns_(kDnsProxies, sink),
        single_(kSingle, sink),
        tunnels_(kTunnels, sink),
        providers_(kProvider, sink) {}

  void Add(const PayloadView& payload) {
    if (payload.type() == profiles::kVpnPayload) return AddVpn(payload);
    if (payload.type() == profiles::kFilterPayload) {
      std::string grade = payload.Text("FilterGrade");
      if (grade.empty()) grade = "firewall";
      filters_.Add(grade, payload.At("FilterGrade"), absl::StrCat("the grade is '", grade, "'"));
    } else if (payload.type() == profiles::kDnsProxyPayload) {
      dns_.Add("", payload.Here(), "it is a DNS proxy");
    } else if (const auto* type = payloads::FindPayloadType(payload.type());
               type != nullptr && type->single) {
      single_.Add(payload.type(), payload.Here(), absl::StrCat("it is a ", payload.type(), " payload"));
    }
  }

 private:
  void AddVpn(const PayloadView& payload) {
    const std::optional<VpnView> vpn = AsVpn(payload);
    if (!vpn) return;
    const auto& [kind, dict] = *vpn;
    if (kind->type != ServiceType::kTransparentProxy && IsFullTunnelOnDemand(payload, dict)) {
      tunnels_.Add("", payload.At(absl::StrCat(dict.name, ".OnDemandEnabled")),
                   "it takes all traffic on demand");
    }
    const std::string provider = plist::Text(*dict.value, "ProviderBundleIdentifier");
    if (!kind->has_provider || provider.empty()) return;
    providers_.Add(absl::StrCat(kind->vpn_type, " ", provider),
                   payload.At(absl::StrCat(dict.name, ".ProviderBundleIdentifier")),
                   absl::StrCat("the provider is ", provider));
  }

  Firsts filters_, dns_, single_, tunnels_, providers_;
};

}  // namespace

const RuleGroup& CompanyRules() {
  return kGroup;
}

void CheckCompany(const Fleet& fleet, Sink& sink) {
  Company company(sink);
  for (const auto& file : fleet) {
    for (const PayloadView& payload : file->payloads()) company.Add(payload);
  }
}

}  // namespace holdfast::lint

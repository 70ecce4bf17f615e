#include "profiles/lint/lint.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "profiles/lint/rules/rules.h"

namespace holdfast::lint {
namespace {

using FileCheck = void (*)(const FileView&, Sink&);
using FleetCheck = void (*)(const Fleet&, Sink&);

constexpr std::array<FileCheck, 14> kFileChecks = {
    CheckSignature,  CheckEnvelope, CheckDelivery, CheckKeys,       CheckVpn,
    CheckIkev2,      CheckRouting,  CheckOnDemand, CheckFilters,    CheckDns,
    CheckExtensions, CheckSecrets,  CheckProxies,  CheckDeclaration};
constexpr std::array<FleetCheck, 5> kFleetChecks = {CheckDeclarationsBesideProfiles, CheckIdentities,
                                                    CheckProxyOrder, CheckAllowances, CheckCompany};

void CheckFile(const FileView& file, Sink& sink) {
  CheckForm(file, sink);
  if (!file.source().unreadable.empty()) return;  // nothing else is known of it
  for (const FileCheck check : kFileChecks) check(file, sink);
}

}  // namespace

size_t Report::Count(Severity severity) const {
  return static_cast<size_t>(std::count_if(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.severity == severity && finding.allowed_because.empty();
  }));
}

size_t Report::silenced() const {
  return static_cast<size_t>(std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
    return !finding.allowed_because.empty();
  }));
}

Report Check(absl::Span<const profiles::Profile> profiles, const Options& options, bool together,
             const AllowList& allowed) {
  Fleet fleet;
  for (const profiles::Profile& profile : profiles) {
    // One that was made, not read, has nothing to look at.
    if (profile.source.pointer != nullptr) fleet.push_back(std::make_unique<FileView>(profile, options));
  }
  Sink sink;
  for (const auto& file : fleet) CheckFile(*file, sink);
  if (together) {
    for (const FleetCheck check : kFleetChecks) check(fleet, sink);
  }
  Report report{sink.Take(), profiles.size()};
  Silence(fleet, allowed, report.findings);
  std::sort(report.findings.begin(), report.findings.end(), ReadsBefore);
  return report;
}

absl::Span<const RuleGroup* const> RuleGroups() {
  static const auto& groups = *new std::vector<const RuleGroup*>{
      &FormRules(),   &SignatureRules(), &EnvelopeRules(),  &DeliveryRules(), &KeyRules(),
      &VpnRules(),    &Ikev2Rules(),     &RoutingRules(),   &OnDemandRules(), &ProxyRules(),
      &FilterRules(), &DnsRules(),       &ExtensionRules(), &SecretRules(),   &DeclarationRules(),
      &FleetRules(),  &AllowanceRules(), &CompanyRules(),   &AllowRules()};
  return groups;
}

const Rule* FindRule(absl::string_view id) {
  for (const RuleGroup* group : RuleGroups()) {
    for (const Rule* rule : group->rules) {
      if (rule->id == id) return rule;
    }
  }
  return nullptr;
}

}  // namespace holdfast::lint

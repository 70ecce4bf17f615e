#include "profiles/lint/lint.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

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

std::vector<Finding> CheckFleet(const Fleet& fleet) {
  Sink sink;
  for (const FleetCheck check : kFleetChecks) check(fleet, sink);
  std::vector<Finding> findings = sink.Take();
  for (Finding& finding : findings) finding.together = true;
  return findings;
}

// Two runs' findings of the same thing; their words may differ in what else there is.
using Identity = std::tuple<absl::string_view, std::string, std::string>;
Identity IdentityOf(const Finding& finding) {
  return {finding.rule->id, finding.place.file, finding.place.key_path};
}

class Checker {
 public:
  Checker(const Options& options, absl::Span<const profiles::Profile> beside) : options_(options) {
    Add(beside);
    beside_ = fleet_.size();
    if (beside_ == 0) return;
    for (const Finding& finding : CheckFleet(fleet_)) known_.insert(IdentityOf(finding));
  }

  void Add(absl::Span<const profiles::Profile> profiles) {
    for (const profiles::Profile& profile : profiles) {
      // One that was made, not read, has nothing to look at.
      if (profile.source.pointer != nullptr) fleet_.push_back(std::make_unique<FileView>(profile, options_));
    }
  }

  void CheckEach() {
    Sink sink;
    for (size_t i = beside_; i < fleet_.size(); ++i) CheckFile(*fleet_[i], sink);
    findings_ = sink.Take();
  }

  void CheckAll() {
    for (Finding& finding : CheckFleet(fleet_)) {
      if (!known_.contains(IdentityOf(finding))) findings_.push_back(std::move(finding));
    }
  }

  std::vector<Finding> Take(const AllowList& allowed) {
    Silence(fleet_, allowed, findings_);
    std::set<absl::string_view> beside;
    for (size_t i = 0; i < beside_; ++i) beside.insert(fleet_[i]->source().name);
    std::erase_if(findings_, [&](const Finding& finding) {
      return !finding.together && beside.contains(finding.place.file);  // comments of theirs
    });
    std::sort(findings_.begin(), findings_.end(), ReadsBefore);
    return std::move(findings_);
  }

 private:
  const Options& options_;
  Fleet fleet_;
  size_t beside_ = 0;  // how many of them come first
  std::set<Identity> known_;
  std::vector<Finding> findings_;
};

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
             const AllowList& allowed, absl::Span<const profiles::Profile> beside) {
  Checker checker(options, beside);
  checker.Add(profiles);
  checker.CheckEach();
  if (together) checker.CheckAll();
  return {checker.Take(allowed), profiles.size()};
}

std::vector<Finding> CheckTogether(absl::Span<const profiles::Profile> profiles, const Options& options,
                                   absl::Span<const profiles::Profile> beside) {
  Checker checker(options, beside);
  checker.Add(profiles);
  checker.CheckAll();
  std::vector<Finding> findings = checker.Take({});
  std::erase_if(findings, [](const Finding& finding) { return !finding.together; });
  return findings;
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

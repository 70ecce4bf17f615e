// Profiles and what they configure: flaws, drift, On Demand, and whether traffic is held back without the
// tunnel.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/engine/checks/review.h"

namespace holdfast::engine {
namespace {

absl::string_view NameOf(Provenance provenance) {
  switch (provenance) {
    case Provenance::kProfile:
      return "a profile";
    case Provenance::kDeclaration:
      return "a declaration";
    case Provenance::kApp:
      return "an app";
    case Provenance::kUnknown:
      break;
  }
  return "unknown";
}

void ReviewFlaws(const Core& core, Review& review) {
  for (const ProfileFinding& finding : core.installed.findings) {
    review.Find("profile_invalid", absl::StrCat(finding.profile, ":", finding.code),
                absl::StrCat(finding.profile, ": ", finding.message));
  }
}

void ReviewDrift(const Core& core, const std::string& identifier, Review& review) {
  const auto& all = core.system.configurations;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.identifier == identifier; });
  const std::string name = absl::StrCat("profile:", identifier);
  if (found == all.end() && !core.system.unread.empty()) {
    return review.Check(name,
                        {absl::StrCat("Whether it is installed cannot be told: ",
                                      absl::StrJoin(core.system.unread, ", "), " cannot be read.")},
                        "");
  }
  std::string fault;
  if (found == all.end()) {
    fault = "It is neither among the profiles nor the declarations nor the apps' configurations.";
  } else if (!found->managed && core.managed_before.contains(identifier)) {
    fault =
        absl::StrCat("MDM had installed it; now it comes from ", NameOf(found->provenance), " without MDM.");
  }
  if (!fault.empty() && core.policy->profiles.drift_check) {
    review.Find("profile_drift", identifier, absl::StrCat(identifier, ": ", fault),
                found == all.end() ? "provenance=none"
                                   : absl::StrCat("provenance=", NameOf(found->provenance), "; managed=0"));
  }
  const std::vector<std::string> faults = fault.empty() ? std::vector<std::string>() : std::vector{fault};
  review.Check(name, faults,
               absl::StrCat("It comes from ", found == all.end() ? "" : NameOf(found->provenance), "."));
}

void ReviewOnDemand(const Core& core, const Service& service, Review& review) {
  const ExpectedSwitch wanted = core.policy->on_demand_expected;
  if (wanted == ExpectedSwitch::kAny || service.rule < 0 || !service.installed) return;
  const bool is = service.facts.on_demand, expected = wanted == ExpectedSwitch::kOn;
  std::vector<std::string> faults;
  if (is != expected) {
    faults.push_back(
        absl::StrCat("On Demand is ", is ? "on" : "off", ", expected is ", expected ? "on" : "off", "."));
    review.Find("on_demand_switched_off", service.id_text, absl::StrCat(NameOf(service), ": ", faults[0]),
                absl::StrCat("profile=", service.facts.profile_identifier));
  }
  review.Check(absl::StrCat("on_demand:", service.id_text), faults,
               absl::StrCat("On Demand is ", is ? "on" : "off", ", as expected."));
}

void ReviewPosture(const Core& core, const Service& service, Review& review) {
  if (core.policy->failure_posture != FailurePosture::kClosed || !service.required) return;
  const auto& all = core.system.postures;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& p) { return p.service == service.facts.id; });
  std::vector<std::string> faults;
  if (found == all.end() || (!found->include_all_networks && !found->enforce_routes)) {
    faults.push_back("Whether traffic is held back without the tunnel cannot be told.");
  } else if (!found->include_all_networks.value_or(false) && !found->enforce_routes.value_or(false)) {
    faults.push_back(
        "Traffic passes without the tunnel: neither IncludeAllNetworks nor EnforceRoutes is on.");
    review.Find("failure_posture_open", service.id_text, absl::StrCat(NameOf(service), ": ", faults[0]),
                absl::StrCat("profile=", service.facts.profile_identifier,
                             "; IncludeAllNetworks=0; EnforceRoutes=0"));
  }
  review.Check(absl::StrCat("failure_posture:", service.id_text), faults,
               "Traffic is held back while the tunnel is down.");
}

}  // namespace

void ReviewConfigurations(const Core& core, Review& review) {
  review.Own({"profile_invalid", "profile_drift", "on_demand_switched_off", "failure_posture_open"});
  ReviewFlaws(core, review);
  for (const auto& [id, service] : core.services) ReviewOnDemand(core, service, review);
  if (!core.system_known) return;
  for (const std::string& identifier : core.policy->profiles.required) ReviewDrift(core, identifier, review);
  for (const auto& [id, service] : core.services) ReviewPosture(core, service, review);
}

}  // namespace holdfast::engine

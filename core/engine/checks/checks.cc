#include "core/engine/checks/checks.h"

#include <algorithm>

#include "core/engine/checks/review.h"
#include "core/engine/gate.h"
#include "core/engine/graces.h"

namespace holdfast::engine {
namespace {

Review MakeReview(const Core& core, bool in_grace) {
  Review review;
  review.in_grace = in_grace;
  for (const auto reviewer :
       {ReviewProxies, ReviewFilters, ReviewExtensions, ReviewConfigurations, ReviewAgent}) {
    reviewer(core, review);
  }
  if (core.policy->mode != EnforcementMode::kOff) return review;
  review.checks.clear();
  review.findings.clear();
  return review;
}

void KeepIncidents(Core& core, Turn& turn, const Review& review) {
  for (const absl::string_view name : review.owned) {
    std::vector<std::string> keys;
    for (const Finding& finding : review.findings) {
      if (finding.incident == name) keys.push_back(finding.key);
    }
    core.incidents.CloseOthers(turn, name, keys, "the check passes now");
  }
  for (const Finding& finding : review.findings) {
    core.incidents.Open(turn, finding.incident, finding.key, finding.summary, finding.evidence);
  }
}

}  // namespace

void ReviewChecks(Core& core, Turn& turn) {
  if (!core.installed_known || !core.policy_known) return;
  const ReviewBasis basis{core.reviews_due, ActiveGrace(core, turn.mono()).has_value()};
  if (basis == core.reviewed) return;
  core.reviewed = basis;
  Review review = MakeReview(core, basis.in_grace);
  for (const CheckResult& check : review.checks) {
    if (std::find(core.checks.begin(), core.checks.end(), check) == core.checks.end()) turn.Row(check);
  }
  KeepIncidents(core, turn, review);
  core.checks = std::move(review.checks);
}

}  // namespace holdfast::engine

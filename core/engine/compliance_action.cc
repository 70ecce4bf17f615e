#include "core/engine/compliance_action.h"

#include "absl/strings/str_cat.h"

namespace holdfast::engine {
namespace {

void Tell(const Core& core, Turn& turn, const Verdict& verdict, absl::Duration lasts) {
  const std::string& name = verdict.service_name.empty() ? verdict.rule : verdict.service_name;
  turn.Emit(NotifyUser{core.console.uid, absl::StrCat(name, " is not protected"),
                       absl::StrCat("For ", FormatShort(lasts), " ", name,
                                    " has not been connected as your organisation requires. ", verdict.detail,
                                    " More: holdfastctl why \"", name, "\"")});
}

}  // namespace

void ReviewComplianceAction(Core& core, Turn& turn) {
  const Compliance& policy = core.policy->compliance;
  std::erase_if(core.violations, [&core](const auto& entry) {
    const auto known = core.verdicts.find(entry.first);
    return known == core.verdicts.end() || known->second.verdict.time_class != TimeClass::kViolation;
  });
  for (const auto& [key, known] : core.verdicts) {
    if (known.verdict.time_class != TimeClass::kViolation) continue;
    Violation& violation = core.violations.try_emplace(key, Violation{turn.mono()}).first->second;
    if (policy.action != ComplianceAction::kNotify || violation.told) continue;
    const MonoTime due = violation.since + policy.action_delay;
    if (turn.mono() < due) {
      turn.WakeAt(due);
    } else if (MayNotify(core)) {
      violation.told = true;
      Tell(core, turn, known.verdict, turn.mono() - violation.since);
    }
  }
}

}  // namespace holdfast::engine

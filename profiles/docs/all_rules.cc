#include "profiles/docs/all_rules.h"

#include "profiles/bundle/inspect.h"
#include "profiles/lint/lint.h"

namespace holdfast::lint {

std::vector<const RuleGroup*> AllRuleGroups() {
  std::vector<const RuleGroup*> out(RuleGroups().begin(), RuleGroups().end());
  out.insert(out.end(), bundle::RuleGroups().begin(), bundle::RuleGroups().end());
  return out;
}

const Rule* FindAnyRule(absl::string_view id) {
  for (const RuleGroup* group : AllRuleGroups()) {
    for (const Rule* rule : group->rules) {
      if (rule->id == id) return rule;
    }
  }
  return nullptr;
}

}  // namespace holdfast::lint

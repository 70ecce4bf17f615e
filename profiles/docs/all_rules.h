// Every rule that a command can tell: of profiles, and of apps and extensions.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "profiles/lint/rule.h"

namespace holdfast::lint {

// In the order of the documentation.
std::vector<const RuleGroup*> AllRuleGroups();
// Null when there is none of that name.
const Rule* FindAnyRule(absl::string_view id);

}  // namespace holdfast::lint

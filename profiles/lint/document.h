// The documentation of rules, one page each. Pure.
#pragma once

#include <string>

#include "absl/types/span.h"
#include "profiles/lint/rule.h"

namespace holdfast::lint {

// docs/lint/RULE.md
std::string RuleDocument(const Rule& rule, const RuleGroup& group);
// docs/lint/README.md
std::string RuleIndex(absl::Span<const RuleGroup* const> groups);

}  // namespace holdfast::lint

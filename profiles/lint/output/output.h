// Findings for people and for programs. Pure: equal reports give equal text.
#pragma once

#include <string>

#include "base/text/json.h"
#include "base/text/terminal.h"
#include "profiles/lint/lint.h"

namespace holdfast::lint {

// A paragraph for each finding, then a line that counts. `verbose`: also what is silenced, and why each
// matters.
std::string RenderText(const Report& report, bool verbose, const text::Terminal& terminal);

// docs/profiles.md describes it; keys are only added.
std::string RenderJson(const Report& report);

// SARIF 2.1.0 (OASIS), for code hosts. `version` is this program's.
std::string RenderSarif(const Report& report, absl::Span<const RuleGroup* const> groups,
                        absl::string_view version);

// The parts of these, for a report that has more to tell.
// "corp.mobileconfig:34: error: VPN payload 'Corp': its Order is a <string> [proxy-order-mistyped]", and what
// to do.
void AppendFinding(const Finding& finding, bool verbose, const text::Terminal& terminal, std::string& out);
// An object in an array.
void WriteFinding(const Finding& finding, text::JsonWriter& json);
// "1 error, 2 warnings, 3 for information"
std::string CountsText(const Report& report);

}  // namespace holdfast::lint

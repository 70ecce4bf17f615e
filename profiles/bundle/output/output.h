// An inspection for people and for programs. Pure: equal inspections give equal text.
#pragma once

#include <string>

#include "base/text/terminal.h"
#include "profiles/bundle/inspect.h"

namespace holdfast::bundle {

// Each bundle with what it is and what is wrong with it, then a line that counts. `verbose`: also why each
// finding matters, and where that is known from.
std::string RenderText(const Inspection& inspection, bool verbose, const text::Terminal& terminal);

// docs/inspect.md describes it; keys are only added.
std::string RenderJson(const Inspection& inspection);

}  // namespace holdfast::bundle

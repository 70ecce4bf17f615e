// How the differences of profiles are printed: for people and as JSON.
#pragma once

#include <string>

#include "agent/ctl/io.h"
#include "base/text/json.h"
#include "profiles/compare/compare.h"

namespace holdfast::ctl {

// Nothing for one without any. Ends its own lines.
std::string RenderChanges(const profiles::Comparison& comparison, const text::Terminal& terminal);
// What means the same and what a Mac does, a line each.
std::string RenderNotes(const profiles::Comparison& comparison);
// The members of an object.
void WriteComparison(text::JsonWriter& json, const profiles::Comparison& comparison);

}  // namespace holdfast::ctl

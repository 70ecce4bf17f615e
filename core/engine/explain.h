// Plain words for people: what a verdict means, and what happens next.
#pragma once

#include <string>
#include <vector>

#include "core/engine/verdict.h"

namespace holdfast::engine {

// One sentence: the detail of a verdict.
std::string Explain(const Core& core, const Service& service, const Assessment& assessment, MonoTime now);
std::string ExplainMissing(const Core& core, const Assessment& assessment, MonoTime now);

// Further facts that bear on it, the most important first.
std::vector<std::string> Reasons(const Core& core, const Service& service, const Assessment& a, MonoTime now);

NextStep Next(const Core& core, const Service& service, MonoTime now);

}  // namespace holdfast::engine

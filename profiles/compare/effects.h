// What a change does on a Mac. Pure and thread-safe.
#pragma once

#include <vector>

#include "profiles/compare/compare.h"
#include "profiles/compare/match.h"

namespace holdfast::profiles {

std::vector<Effect> EffectsOf(const Comparable& a, const Comparable& b, const PayloadMatch& match);

}  // namespace holdfast::profiles

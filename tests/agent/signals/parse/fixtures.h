// One valid text of each kind, with everything that its reader knows, for tests of damage.
#pragma once

#include <string>
#include <vector>

#include "agent/signals/parse/kind.h"

namespace holdfast::parse {

std::string ValidText(Kind kind);

// A log of `bytes` bytes and more of programs that say nothing of interest, in all shapes, with the words
// that readers look for in places where they mean nothing. Equal seeds give equal noise.
std::string Noise(uint64_t seed, size_t bytes);

}  // namespace holdfast::parse

// Which rows a run of the agent is told of before it begins: one list for the agent and for the replay of
// what it did.
#pragma once

#include <cstddef>
#include <vector>

#include "core/event/event.h"

namespace holdfast {

// The newest `most` rows of `kinds`; no kinds: of all.
struct Remembered {
  std::vector<RowKind> kinds;
  size_t most = 0;
};

// The newest rows and all open questions (incidents, overrides), bounded so that reading them fits into a
// start of 300 ms. By number, not by date: a clock may have been set since. The rows of all entries, each
// once and in order, are what is remembered.
const std::vector<Remembered>& WhatIsRemembered();

}  // namespace holdfast

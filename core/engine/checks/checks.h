// Checks of what is declared and installed: transparent proxies, content filters, extensions, configurations,
// and the agent itself.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

// Records the checks whose result changed, and keeps their incidents. Does nothing unless something they rest
// on changed.
void ReviewChecks(Core& core, Turn& turn);

}  // namespace holdfast::engine

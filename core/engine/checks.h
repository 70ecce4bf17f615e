// Checks of what is declared and installed: transparent-proxy order, content filters, findings in profiles.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

// Records the checks whose result changed, and keeps their incidents.
void ReviewChecks(Core& core, Turn& turn);

}  // namespace holdfast::engine

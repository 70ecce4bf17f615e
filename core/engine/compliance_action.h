// What the policy does about a violation that lasts. The seconds count from the first; only the action waits.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

// After the verdicts were judged.
void ReviewComplianceAction(Core& core, Turn& turn);

}  // namespace holdfast::engine

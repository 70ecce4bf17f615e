// Wrong passcodes and codes: a few in an hour, over restarts and reboots too, then none is looked at.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

// Counts and records what the person at the Mac showed, when it is wrong and any are left.
void CountGuess(Core& core, Turn& turn, const UserRequest& request);
bool NoGuessLeft(const Core& core);

// The incident of who guesses; forgets what is older than an hour.
void ReviewGuesses(Core& core, Turn& turn);

}  // namespace holdfast::engine

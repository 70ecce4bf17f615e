// What the rest of the Mac tells: path, power, console user.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

void OnPath(Core& core, Turn& turn, const PathFacts& path);
void OnPower(Core& core, Turn& turn, const PowerChanged& changed);
void OnSetup(Core& core, Turn& turn, const SetupFacts& setup);
void OnConsoleUser(Core& core, Turn& turn, const ConsoleUser& user);

// Records a jump of the wall clock against the monotonic one since the last turn.
void WatchClock(Core& core, Turn& turn);

}  // namespace holdfast::engine

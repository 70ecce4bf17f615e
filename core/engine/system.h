// What the system around the sessions tells: kept, recorded when it changed, and made a suspect.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

void OnSystem(Core& core, Turn& turn, const SystemFacts& system);
void OnServerContact(Core& core, Turn& turn, const ServerContact& contact);
void OnLogFinding(Core& core, Turn& turn, const LogFinding& finding);
void OnSelfCheck(Core& core, Turn& turn, const SelfCheck& check);

// What a new reading teaches about later ones: shared with the recall of earlier runs.
void Remember(Core& core, const SystemFacts& system);
void Remember(Core& core, const SelfCheck& check);

// Closes what only time closes.
void ForgetLogFindings(Core& core, Turn& turn);

}  // namespace holdfast::engine

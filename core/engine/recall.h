// What must survive a restart of the agent, from rows of earlier runs.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

// A row, or the run itself, is of the boot of `now`. At the first of another boot: what was connected when
// the last one ended?
void NoticeBoot(Recalled& r, const Stamp& now);

void Recall(Core& core, const Stamp& at, uint64_t seq, const Event& event);

// At the first Step: turns what was recalled into times of this boot.
void UseRecalled(Core& core, Turn& turn);

void OnAgentStarted(Core& core, Turn& turn, const AgentStarted& started);

}  // namespace holdfast::engine

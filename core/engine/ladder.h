// Remediation of a session that is stuck: steps of which each is verified before the next, and a circuit that
// opens when ladders keep failing.
#pragma once

#include "absl/strings/string_view.h"
#include "core/engine/state.h"

namespace holdfast::engine {

absl::string_view StepName(LadderStep step);  // "StopWaitStart"

// Called while the current phase has lasted too long. Safe to repeat: what the gate forbids now is tried when
// it opens.
void HandleStuck(Core& core, Turn& turn, Service& service);

// The running step's outcome is known and it is not "connected", while the session is still stuck.
void LadderStepFailed(Core& core, Turn& turn, Service& service);

// The ladder's start ended in a failure with a cause: the cause decides what follows, not the next step.
void EndFailedLadder(Core& core, Turn& turn, Service& service);

}  // namespace holdfast::engine

// What a failure means for the next try: Reconnect.OnFailure, backoff, holds, and what ends them.
#pragma once

#include <string>

#include "core/engine/state.h"

namespace holdfast::engine {

// An attempt ended without a connection, ours or another's: both count towards what the cause allows.
void NoteFailedAttempt(Core& core, Turn& turn, Service& service, FailureCause cause, std::string detail);
// It was up since `up_since` and went down by itself.
void NoteDrop(Core& core, Turn& turn, Service& service, FailureCause cause, MonoTime up_since);
// The back end would not send our start.
void NoteRefusedStart(Core& core, Turn& turn, Service& service, std::string why);
// Our start was skipped because another was under way: no failure, and not repeated at once.
void NoteSkippedStart(Core& core, Turn& turn, Service& service);
// A person stopped it, outside or through us.
void NotePersonStop(Core& core, Turn& turn, Service& service);

// Ends every hold; `why` closes their incidents.
void ClearHolds(Core& core, Turn& turn, Service& service, absl::string_view why);
// The surroundings changed (path, full wake, policy): backoff ends, the circuit is half open.
void GiveFreshChance(Service& service);

}  // namespace holdfast::engine

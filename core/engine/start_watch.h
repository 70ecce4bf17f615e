// What can be seen of starts beyond their outcome: storms of others, starts that take unusually long, starts
// that do not even begin, and services that a reboot did not bring back.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

// Something asks for starts in a burst: ours are held until it has been quiet for a minute.
void OnStartBurst(Core& core, Turn& turn, const StartBurst& burst);

// A delivered status as seen by the watch; called after the service followed it, with the one before.
void WatchDelivered(Core& core, Turn& turn, Service& service, const SessionEvent& before);
// Our start reached nobody: nothing came of it, or disconnected came back at once and told nothing new. The
// third in a row is session_manager_exhausted.
void NoteDeadStart(Core& core, Turn& turn, Service& service);
void NoteLiveStart(Core& core, Turn& turn, Service& service);
// What time alone brings: the end of a storm, a start that is slow, the end of Boot.Grace.
void WatchStarts(Core& core, Turn& turn, Service& service);

// Also from rows of an earlier run.
void KeepLatency(Service& service, absl::Duration latency);
MonoTime StormUntil(MonoTime burst);

// The `percent` smallest share of the service's own latencies; nothing while too few are known.
std::optional<absl::Duration> UsualLatency(const Service& service, int percent);

}  // namespace holdfast::engine

// Hosts outside every tunnel that must answer: those of Software Update and push. Asked while something
// stands between the Mac and them (a transparent proxy, a filter, a tunnel while the agent's server is out of
// reach), and after an extension was replaced. Three incidents rest on the answers: update_path_proxied,
// management_path_blocked, network_down_after_update.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

// Emits the probes that are due and keeps the incidents.
void RunReachability(Core& core, Turn& turn);
// An answer to one of them.
void OnHostAnswer(Core& core, Turn& turn, const ProbeResult& result);
// An extension has another version: for an hour an outage is put down to it.
void NoteExtensionUpdates(Core& core, Turn& turn, const InstalledFacts& before, const InstalledFacts& now);
// No TCP handshake succeeds since an extension was replaced: our restarts would not help.
bool IsDownAfterUpdate(const Core& core);

}  // namespace holdfast::engine

// Connected is not protected: probes through the tunnel.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

void BeginLiveness(Service& service, MonoTime now);
void EndLiveness(Core& core, Turn& turn, Service& service);

// Runs the probes that are due and judges what they told.
void RunLiveness(Core& core, Turn& turn, Service& service);

// Recorded only when a target's answer changes.
void OnProbeResult(Core& core, Turn& turn, const ProbeResult& result);

}  // namespace holdfast::engine

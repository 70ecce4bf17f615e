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

void OnRestartBrake(Core& core, Turn& turn, const RestartBrake& brake);

// Why a falsely connected service is not restarted now, as a sentence; empty when it may be. `until`: when
// time alone may change it.
struct RestartBlock {
  std::string why;
  std::optional<MonoTime> until;
};
RestartBlock RestartBlockOf(const Core& core, const Service& service, MonoTime now);

}  // namespace holdfast::engine

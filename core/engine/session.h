// Delivered session events and the state machine of one service.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

// Records the event unless it is stale or repeats the newest one, then follows it.
void Deliver(Core& core, Turn& turn, const SessionEvent& event);

// Everything is learned again before anything is done.
void OnSessionManagerRestarted(Core& core, Turn& turn, const SessionManagerRestarted& restarted);

// What time and the present facts ask of one service: time-outs, starts, probes.
void Advance(Core& core, Turn& turn, Service& service);

}  // namespace holdfast::engine

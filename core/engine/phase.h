// What one session is doing, as far as we have been told, and how that changes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "core/facts.h"

namespace holdfast::engine {

enum class Phase : uint8_t {
  kUnlearned,      // nothing delivered yet in this run, or since the session manager restarted
  kDown,           // delivered: disconnected or invalid
  kStarting,       // our start was sent; only a delivered connected ends it well
  kConnecting,     // coming up or reasserting by somebody else's doing
  kUp,             // delivered: connected
  kStopping,       // our stop was sent; only a delivered disconnected ends it well
  kDisconnecting,  // going down by somebody else's doing
};

enum class Signal : uint8_t {
  kDown,           // delivered statuses ...
  kConnecting,     // connecting or reasserting
  kUp,             //
  kDisconnecting,  //
  kStartSent,      // what we did
  kStopSent,       //
  kForgotten,      // the session manager restarted
};

inline constexpr size_t kPhaseCount = 7;
inline constexpr size_t kSignalCount = 7;
absl::string_view PhaseName(Phase phase);     // "starting"
absl::string_view SignalName(Signal signal);  // "start sent"

// By the table in phase.cc, from which the diagram in docs/engine.md is made too. The status of a session
// right after our own command proves nothing, since the client library sets it by itself: a delivered status
// other than connected does not end a start, and only down ends a stop.
Phase NextPhase(Phase phase, Signal signal);

Signal SignalOf(SessionStatus status);
// The phase that a delivered status means when no command of ours is outstanding.
Phase PhaseOf(SessionStatus status);

inline bool IsDown(SessionStatus status) {
  return status == SessionStatus::kDisconnected || status == SessionStatus::kInvalid;
}

}  // namespace holdfast::engine

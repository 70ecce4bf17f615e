// What one session is doing, as far as we have been told, and how that changes.
#pragma once

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

// The status of a session right after our own command proves nothing: the client library sets it by itself.
Phase NextPhase(Phase phase, Signal signal);

Signal SignalOf(SessionStatus status);
// The phase that a delivered status means when no command of ours is outstanding.
Phase PhaseOf(SessionStatus status);

inline bool IsDown(SessionStatus status) {
  return status == SessionStatus::kDisconnected || status == SessionStatus::kInvalid;
}

}  // namespace holdfast::engine

#include "core/engine/phase.h"

namespace holdfast::engine {

Phase NextPhase(Phase phase, Signal signal) {
  switch (signal) {
    case Signal::kDown:
      return Phase::kDown;
    case Signal::kConnecting:
      return phase == Phase::kStarting || phase == Phase::kStopping ? phase : Phase::kConnecting;
    case Signal::kUp:
      return phase == Phase::kStopping ? phase : Phase::kUp;  // the stop is on its way
    case Signal::kDisconnecting:
      return phase == Phase::kStarting || phase == Phase::kStopping ? phase : Phase::kDisconnecting;
    case Signal::kStartSent:
      return Phase::kStarting;
    case Signal::kStopSent:
      return Phase::kStopping;
    case Signal::kForgotten:
      return Phase::kUnlearned;
  }
  return phase;
}

Signal SignalOf(SessionStatus status) {
  switch (status) {
    case SessionStatus::kInvalid:
    case SessionStatus::kDisconnected:
      return Signal::kDown;
    case SessionStatus::kConnecting:
    case SessionStatus::kReasserting:
      return Signal::kConnecting;
    case SessionStatus::kConnected:
      return Signal::kUp;
    case SessionStatus::kDisconnecting:
      return Signal::kDisconnecting;
  }
  return Signal::kDown;
}

Phase PhaseOf(SessionStatus status) {
  return NextPhase(Phase::kUnlearned, SignalOf(status));
}

}  // namespace holdfast::engine

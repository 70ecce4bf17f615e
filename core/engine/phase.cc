#include "core/engine/phase.h"

namespace holdfast::engine {

namespace {

using P = Phase;

// One row per phase, one column per signal, both in the order of their enumerations.
constexpr Phase kNext[kPhaseCount][kSignalCount] = {
    // clang-format off
    // down     connecting       up           disconnecting        start sent    stop sent     forgotten
    {P::kDown,  P::kConnecting,  P::kUp,      P::kDisconnecting,   P::kStarting, P::kStopping, P::kUnlearned},  // unlearned
    {P::kDown,  P::kConnecting,  P::kUp,      P::kDisconnecting,   P::kStarting, P::kStopping, P::kUnlearned},  // down
    {P::kDown,  P::kStarting,    P::kUp,      P::kStarting,        P::kStarting, P::kStopping, P::kUnlearned},  // starting
    {P::kDown,  P::kConnecting,  P::kUp,      P::kDisconnecting,   P::kStarting, P::kStopping, P::kUnlearned},  // connecting
    {P::kDown,  P::kConnecting,  P::kUp,      P::kDisconnecting,   P::kStarting, P::kStopping, P::kUnlearned},  // up
    {P::kDown,  P::kStopping,    P::kStopping, P::kStopping,       P::kStarting, P::kStopping, P::kUnlearned},  // stopping
    {P::kDown,  P::kConnecting,  P::kUp,      P::kDisconnecting,   P::kStarting, P::kStopping, P::kUnlearned},  // disconnecting
    // clang-format on
};

constexpr absl::string_view kPhaseNames[kPhaseCount] = {"unlearned", "down",     "starting",     "connecting",
                                                        "up",        "stopping", "disconnecting"};
constexpr absl::string_view kSignalNames[kSignalCount] = {
    "down", "connecting", "up", "disconnecting", "start sent", "stop sent", "forgotten"};

}  // namespace

absl::string_view PhaseName(Phase phase) {
  return kPhaseNames[static_cast<size_t>(phase)];
}
absl::string_view SignalName(Signal signal) {
  return kSignalNames[static_cast<size_t>(signal)];
}

Phase NextPhase(Phase phase, Signal signal) {
  return kNext[static_cast<size_t>(phase)][static_cast<size_t>(signal)];
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

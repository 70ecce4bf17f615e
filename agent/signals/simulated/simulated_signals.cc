#include "agent/signals/simulated/simulated_signals.h"

namespace holdfast::signals {

SimulatedSignals::~SimulatedSignals() {
  if (listener_ != nullptr) mac_.RemoveObserver(this);
}

absl::Status SimulatedSignals::Begin(Listener* listener) {
  if (listener_ != nullptr) {
    return absl::FailedPreconditionError("the simulated signals have begun already: begin them once");
  }
  listener_ = listener;
  mac_.AddObserver(this);
  return absl::OkStatus();
}

}  // namespace holdfast::signals

// One request to one answer: rights, the delegate's call, the message back. No socket in here, so that it can
// be fuzzed.
#pragma once

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "agent/control/delegate.h"
#include "agent/control/rights.h"

namespace holdfast::control {

// `message` is a serialised ControlRequest. `done` gets a serialised ControlResponse no longer than
// kMaxResponse, once: at once for what is read, later for actions. On the executor.
void Handle(Delegate& delegate, const Peer& peer, absl::string_view message,
            std::function<void(std::string)> done);

// A ControlResponse that only says what went wrong.
std::string ErrorResponse(const absl::Status& status);

}  // namespace holdfast::control

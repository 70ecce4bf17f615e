// Asks the person what `holdfastctl override` asks on a command line, in dialogs, and asks the daemon for it.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "agent/helper/presenter.h"
#include "holdfast/v1/local_control.pb.h"

namespace holdfast::helper {

// Asks the daemon.
using AskDaemon = std::function<absl::StatusOr<v1::ControlResponse>(const v1::ControlRequest&)>;

// `service`: a name or UUID; empty: the person chooses. The daemon decides, and its words are shown, whatever
// they are. OK when an override began, CANCELLED when the person gave up.
absl::Status RunOverrideDialog(const AskDaemon& ask, const Presenter& presenter, const std::string& service);

}  // namespace holdfast::helper

// Runs a program of the system.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace holdfast::signals {

// `arguments`: the program's path first. `done` gets what it printed, on the executor, never from inside the
// call. An error when it could not be run, took longer than `limit`, or failed.
using RunTool = std::function<void(std::vector<std::string> arguments, absl::Duration limit,
                                   std::function<void(absl::StatusOr<std::string>)> done)>;

}  // namespace holdfast::signals

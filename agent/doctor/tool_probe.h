// Runs each tool of macOS that the agent listens to, once and read-only, and reads what it prints as the
// agent does.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/doctor/finding.h"

namespace holdfast::doctor {

// Runs a program to its end and gives what it printed. Blocking.
using RunBlocking = std::function<absl::StatusOr<std::string>(const std::vector<std::string>& arguments)>;

std::vector<Finding> ProbeTools(const RunBlocking& run);

}  // namespace holdfast::doctor

// Doctor on a simulated Mac, for where there is none.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "agent/doctor/session_probe.h"

namespace holdfast::doctor {

// Runs `work` on a simulated Mac over the session library at `path` (sim/darwin), of which the symbol
// `without` is missing; empty: none is.
absl::Status OnSimulatedMac(const std::string& path, const std::string& without,
                            const std::function<void(const Target&)>& work);

}  // namespace holdfast::doctor

// Where the enrollment string comes from: the command line, a file, or what an earlier start kept.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "agent/daemon/flags.h"
#include "agent/platform/state_files.h"
#include "base/enrollment.h"

namespace holdfast::agent {

// Nothing: there is no server to talk to. A given string is kept, so that a later start finds its server
// without it. INVALID_ARGUMENT says which part of the string is wrong, and never shows the token.
absl::StatusOr<std::optional<EnrollmentString>> FindEnrollment(const Flags& flags,
                                                               platform::StateFiles& files);

}  // namespace holdfast::agent

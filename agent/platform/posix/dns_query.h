// Asks one resolver for one name. Blocks: only for the threads of ProbeWorkers.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/platform/posix/connection.h"

namespace holdfast::platform {

// Addresses of the name, IPv4 where there are any, else IPv6. NOT_FOUND when the resolver says that there are
// none; UNAVAILABLE and DEADLINE_EXCEEDED when it says nothing.
absl::StatusOr<std::vector<std::string>> ResolveBy(const Endpoint& resolver, const std::string& name,
                                                   const Deadline& deadline);

}  // namespace holdfast::platform

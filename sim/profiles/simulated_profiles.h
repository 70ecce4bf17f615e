// `profiles show -output stdout-xml` of a simulated Mac: the installed profiles in the shape that the real
// command prints (published captures). A simulated Mac keeps no secrets, so they are missing in the output.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "sim/simulated_mac.h"

namespace holdfast::sim {

// Fails for text that no property list can hold.
absl::StatusOr<std::string> ProfilesShow(const SimulatedMac& mac);

}  // namespace holdfast::sim

// A set of profiles as it is told: with what devices say of it. Needs nothing of the server but a store, so
// that a large fleet's is counted beside the core, from a second connection.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/service/admin_messages.h"
#include "storage/fleet/store.h"

namespace holdfast::server {

struct ProfileQuestion {
  std::string group;                    // whose set; empty: of every Mac
  std::vector<std::string> devices_of;  // these groups' are counted; empty: all
};

// NOT_FOUND when there is no such set. Any thread whose store it is.
absl::StatusOr<GetProfileSetResponse> ReadProfileSet(fleet::FleetStore& store,
                                                     const ProfileQuestion& question);

absl::Status NoSuchSet(const std::string& group);
absl::StatusOr<fleet::ProfileSetRecord> FindSet(fleet::FleetStore& store, const std::string& group);
// Empty when there is no set of every Mac.
absl::StatusOr<std::vector<fleet::ProfileFile>> FilesOfEveryMac(fleet::FleetStore& store);

}  // namespace holdfast::server

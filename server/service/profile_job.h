// Putting a set of profiles, in steps: lint takes a second for the largest, in which the core goes on.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "server/service/profile_lint.h"

namespace holdfast::server {

// What the core decides, and what there is beside the set.
struct ProfileJob {
  Actor actor;
  PutProfileSetRequest request;
  ServerTime now;
  std::vector<fleet::ProfileFile> every_mac;    // for a group's set
  std::vector<fleet::ProfileSetRecord> groups;  // for the set of every Mac
  Sha256Digest basis{};                         // what sets there were
};

struct LintedProfiles {
  Actor actor;
  fleet::ProfileSetRecord set;
  std::vector<fleet::ProfileSetRecord> groups;  // whose findings change, with those of now
  PutProfileSetResponse response;               // not stored yet
  bool wanted = false;                          // it is to be stored
  Sha256Digest basis{};
};

// Pure: any thread. Its errors are those of PutProfileSet.
absl::StatusOr<LintedProfiles> LintProfiles(ProfileJob job);

}  // namespace holdfast::server

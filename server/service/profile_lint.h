// Sets of profiles under lint: what was uploaded is read and bounded, and a group's set is looked at together
// with that of every Mac. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "profiles/lint/lint.h"
#include "server/service/admin_messages.h"

namespace holdfast::server {

// Profiles with what is kept of them, in the order of their names.
struct ReadSet {
  std::vector<fleet::ProfileFile> files;
  std::vector<profiles::Profile> profiles;
  Sha256Digest hash{};
};

// INVALID_ARGUMENT for too many, too large or ill-named files. One that cannot be read as a profile is among
// them: lint tells of it.
absl::StatusOr<ReadSet> ReadUploaded(const std::vector<PutProfileSetRequest::File>& files);

// What is kept of a set's profiles, for rules over several. `prefix` stands before their names.
absl::StatusOr<std::vector<profiles::Profile>> OutlinesOf(const std::vector<fleet::ProfileFile>& files,
                                                          const std::string& prefix = "");

// Before the names of files that are of another set.
inline constexpr char kEveryMac[] = "every Mac: ";
std::string GroupPrefix(const std::string& group);

// Findings as they are kept and told: clean texts of a bounded length.
std::vector<ProfileFinding> Told(const std::vector<lint::Finding>& findings);
// Keeps the gravest kMostProfileFindings, in their order, and counts all in `info`.
void CountAndCut(std::vector<ProfileFinding>& findings, ProfileSetInfo& info);
// Errors that nobody accepts.
int Errors(const std::vector<ProfileFinding>& findings);

}  // namespace holdfast::server

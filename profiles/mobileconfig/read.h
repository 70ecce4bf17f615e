// Reads one configuration profile into facts and findings.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/mobileconfig/profile.h"
#include "profiles/mobileconfig/source.h"

namespace holdfast::profiles {

// What a decoded profile declares. Never fails: what does not work is a finding.
Profile Interpret(const ProfileSource& source);

// Decode and Interpret.
absl::StatusOr<Profile> Read(absl::string_view bytes, absl::string_view name);

// A profile that could not be read: nothing but the finding "profile-unreadable". Its identifier is `name`.
Profile Unreadable(absl::string_view name, const absl::Status& why);

// A file, or every *.mobileconfig of a folder in the order of their names. NOT_FOUND when there is none.
absl::StatusOr<std::vector<Profile>> ReadPath(const std::string& path);

// All codes that a finding of one profile can have, for documentation and tests.
const std::vector<absl::string_view>& FindingCodes();

}  // namespace holdfast::profiles

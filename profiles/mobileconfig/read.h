// Reads one configuration profile into facts.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/mobileconfig/profile.h"
#include "profiles/mobileconfig/source.h"

namespace holdfast::profiles {

// What a decoded profile declares. Never fails: what does not work is not declared, and lint says why.
Profile Interpret(ProfileSource source);

// Decode and Interpret.
absl::StatusOr<Profile> Read(absl::string_view bytes, absl::string_view name);

// A profile that could not be read: it declares nothing and its source says why. Its identifier is `name`.
Profile Unreadable(absl::string_view name, const absl::Status& why);

// A file, or every *.mobileconfig of a folder in the order of their names; one that cannot be read is among
// them as Unreadable. NOT_FOUND when there is none.
absl::StatusOr<std::vector<Profile>> ReadPath(const std::string& path);

// The file's bytes, at most one more than may be; NOT_FOUND when it cannot be opened.
absl::StatusOr<std::string> ReadProfileBytes(const std::string& path);

}  // namespace holdfast::profiles

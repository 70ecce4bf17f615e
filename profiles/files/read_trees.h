// Profiles and declarations by the files and folders that hold them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "profiles/mobileconfig/profile.h"

namespace holdfast::profiles {

// Files, and everything named *.mobileconfig or *.json below folders, in the order of their paths, by which
// they are named. One that is given as a file is read whatever its name: JSON as a declaration, all else as a
// profile; in a folder JSON that is no declaration is passed over. One that cannot be read is among them as
// Unreadable. NOT_FOUND for a path that is not there, or when there is nothing at all.
absl::StatusOr<std::vector<Profile>> ReadTrees(const std::vector<std::string>& paths);

// One of these files, as it is and as it is read.
struct TreeFile {
  std::string name;   // below the folder that was given; of a file that was given by its own name, that alone
  std::string bytes;  // empty for one that could not be opened: `profile` says why
  Profile profile;
};
absl::StatusOr<std::vector<TreeFile>> ReadTreeFiles(const std::vector<std::string>& paths);

// What such a file says, as ReadTrees reads it.
absl::StatusOr<Profile> ReadProfileOrDeclaration(absl::string_view bytes, absl::string_view name);

}  // namespace holdfast::profiles

// A declaration as the profile that would say the same, so that every rule over profiles looks at it, too.
// Pure and thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/mobileconfig/profile.h"

namespace holdfast::profiles {

// Its source says which declaration it was. One of a type that has no payload makes a profile without any.
// Errors are those of ReadDeclaration.
absl::StatusOr<Profile> ReadDeclarationAsProfile(absl::string_view bytes, absl::string_view name);

}  // namespace holdfast::profiles

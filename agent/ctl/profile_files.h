// Profiles and declarations as files, for commands about them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "profiles/compare/comparable.h"

namespace holdfast::ctl {

// In any form. Errors name the file.
absl::StatusOr<profiles::Comparable> ReadProfileFile(const std::string& file);

}  // namespace holdfast::ctl

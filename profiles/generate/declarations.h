// Declarations of macOS 15 for Holdfast's launch jobs, in JSON: a configuration that names the jobs, and an
// asset for the launchd file of each. The management server adds ServerToken and delivers them. Pure and
// thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::profiles {

// com.apple.configuration.services.background-tasks.
std::string BackgroundTasks();

// com.apple.asset.data for one launchd file, which the admin serves at `url`. INVALID_ARGUMENT when the file
// is no launch job of Holdfast's, or the URL is not https. `name` is for messages.
absl::StatusOr<std::string> LaunchJobAsset(absl::string_view launch_job, absl::string_view name,
                                           absl::string_view url);

}  // namespace holdfast::profiles

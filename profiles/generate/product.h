// What of Holdfast a Mac's management must know: its programs, their launch jobs and who shows messages.
// Constant data. A test holds the labels against deploy/macos.
#pragma once

#include <array>

#include "absl/strings/string_view.h"

namespace holdfast::profiles {

struct Job {
  absl::string_view label;    // of its launch job
  absl::string_view context;  // "daemon" or "agent", as a background-tasks declaration says it
  absl::string_view program;  // where the package puts it
  absl::string_view what;
};

inline constexpr Job kDaemon{"io.holdfast.agent", "daemon", "/Library/Holdfast/bin/holdfastd",
                             "Holdfast's daemon"};
// What `./dev darwin` signs it with.
inline constexpr absl::string_view kDaemonIdentifier = "io.holdfast.holdfastd";

inline constexpr std::array kJobs = {
    kDaemon,
    Job{"io.holdfast.session", "agent", "/Library/Holdfast/bin/holdfast-session",
        "Holdfast's part in each user's session"},
};

struct Messenger {
  absl::string_view bundle_id;
  absl::string_view what;
};

// Holdfast's programs are no applications, so macOS shows their notifications in the name of another.
inline constexpr std::array kMessengers = {
    Messenger{"au.csiro.dialog", "swiftDialog, where it is installed"},
    Messenger{"com.apple.ScriptEditor2", "osascript, elsewhere"},
};

}  // namespace holdfast::profiles

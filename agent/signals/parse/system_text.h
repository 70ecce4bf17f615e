// What a Mac's system tools print: `mount` and `ps -axo comm=`.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace holdfast::parse {

// Where volumes of this kind are mounted ("acfs" is Xsan), as printed.
std::vector<std::string> MountPointsOf(absl::string_view mounts, absl::string_view kind);

// The bundle ids of the system extensions that have a process. The system keeps an extension's program in
// /Library/SystemExtensions/UUID/BUNDLE.systemextension, and `ps` prints a program's whole path.
std::set<std::string> RunningExtensions(absl::string_view processes);

}  // namespace holdfast::parse

// /Library/SystemExtensions/db.plist, the database of sysextd: what `systemextensionsctl list` prints, and it
// is there when that tool is not or hangs.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/signals/parse/sysext_list.h"

namespace holdfast::parse {

inline constexpr char kSysextDbPath[] = "/Library/SystemExtensions/db.plist";

// As the tool would print it: "activated_enabled" is "activated enabled", with both stars. Names are not in
// it and stay empty. INVALID_ARGUMENT when it is no property list, or none of that database. Layout:
// published listings of the file.
absl::StatusOr<SysextList> ReadSysextDb(absl::string_view bytes);

}  // namespace holdfast::parse

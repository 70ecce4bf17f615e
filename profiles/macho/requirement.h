// What a code signature demands of code that claims to be the same: requirements, as text. Pure and
// thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::profiles {

struct Requirement {
  // In the language of `csreq`, texts always in quotes: can be pasted into a profile when it is complete.
  std::string text;
  // False: an operation is not known, and the text ends with it.
  bool complete = true;
  friend bool operator==(const Requirement&, const Requirement&) = default;
};

// One requirement (0xfade0c00) as text. INVALID_ARGUMENT when it is none, is cut off, or is longer or deeper
// than any that makes sense. `name` is for messages.
absl::StatusOr<Requirement> ReadRequirement(absl::string_view blob, absl::string_view name);

// The designated requirement of a set (0xfade0c01); NOT_FOUND when the set has none.
absl::StatusOr<Requirement> ReadDesignatedRequirement(absl::string_view set, absl::string_view name);

// What macOS requires, when a signature does not say it itself, of code that Apple's Developer ID authority
// signed for that team. Neither text is quoted: both must be free of quotes and backslashes.
std::string DeveloperIdRequirement(absl::string_view identifier, absl::string_view team_id);

}  // namespace holdfast::profiles

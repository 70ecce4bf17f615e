// A version of macOS, as facts and rules name it.
#pragma once

#include <compare>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::lint {

struct MacOsVersion {
  int major = 0;
  int minor = 0;
  int patch = 0;
  auto operator<=>(const MacOsVersion&) const = default;
  std::string ToString() const;  // "26.1", "10.15.4"
};

// The newest that the rules know something of. Findings are for it where no target is given.
inline constexpr MacOsVersion kNewestMacOs{27, 0, 0};

// "26", "26.1", "10.15.4". INVALID_ARGUMENT for anything else.
absl::StatusOr<MacOsVersion> ParseMacOsVersion(absl::string_view text);

}  // namespace holdfast::lint

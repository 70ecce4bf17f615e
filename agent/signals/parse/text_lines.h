// A whole text as lines, and what was not understood of it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::parse {

inline constexpr size_t kMaxTextBytes = size_t{8} << 20;  // far above what any of the tools prints
inline constexpr size_t kMaxTextLines = 200'000;

// A line that says nothing known here; numbers begin with 1.
struct OddLine {
  size_t line = 0;
  std::string text;
  friend bool operator==(const OddLine&, const OddLine&) = default;
};

// Without line ends of either kind and without a byte order mark. RESOURCE_EXHAUSTED above the limits.
absl::StatusOr<std::vector<absl::string_view>> TextLines(absl::string_view text);

}  // namespace holdfast::parse

#include "profiles/lint/macos_version.h"

#include <array>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace holdfast::lint {

std::string MacOsVersion::ToString() const {
  const std::string text = absl::StrCat(major, ".", minor);
  return patch == 0 ? text : absl::StrCat(text, ".", patch);
}

absl::StatusOr<MacOsVersion> ParseMacOsVersion(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  std::array<int, 3> numbers = {};
  bool good = parts.size() <= numbers.size();
  for (size_t i = 0; good && i < parts.size(); ++i) {
    good = absl::SimpleAtoi(parts[i], &numbers[i]) && numbers[i] >= 0 && numbers[i] < 1000;
  }
  if (!good || numbers[0] < 10) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is no version of macOS; give one such as 15.4, 26 or 10.15.7"));
  }
  return MacOsVersion{numbers[0], numbers[1], numbers[2]};
}

}  // namespace holdfast::lint

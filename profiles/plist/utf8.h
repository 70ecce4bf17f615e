// UTF-8: where a text stops being it, and how to make it so.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace holdfast::plist {

// The offset of the first byte that is not well-formed UTF-8 (a NUL counts as such); npos when all is.
size_t FirstInvalidUtf8(absl::string_view text);
// Each byte that is not UTF-8 becomes '?'.
std::string ToValidUtf8(absl::string_view text);

}  // namespace holdfast::plist

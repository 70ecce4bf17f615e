// What the numbers in SystemConfiguration's dictionaries mean. Sources: docs/ne-session.md.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace holdfast::parse {

// The meaning of the number at a path such as "PPP.Status" in an extended status: "Connected". Empty where
// the path has no meanings or the number none.
absl::string_view ScMeaning(absl::string_view path, int number);

}  // namespace holdfast::parse

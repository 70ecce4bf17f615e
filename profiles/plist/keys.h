// Typed reading of a dictionary's keys. A value of another type than the key's reads as absent: what macOS
// does with it too. Each rule that cares looks at the value itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "profiles/plist/value.h"

namespace holdfast::plist {

// Empty when absent or no string.
std::string Text(const Value& dict, absl::string_view key);
// The first of the keys that holds a string that is not empty.
std::string FirstText(const Value& dict, std::initializer_list<absl::string_view> keys);
// <integer>, <real>, <true/> and <false/> alike, as NSNumber reads them.
std::optional<bool> Switch(const Value& dict, absl::string_view key);
// A dictionary entry, or null.
const Value* SubDict(const Value& dict, absl::string_view key);
// An array entry, or null.
const Array* SubArray(const Value& dict, absl::string_view key);

}  // namespace holdfast::plist

// Writes a value as an XML property list, laid out as macOS's own tools do: tabs, keys in the order of the
// dictionary. What it writes, Parse reads back as the same value. Pure and thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "profiles/plist/value.h"

namespace holdfast::plist {

// INVALID_ARGUMENT for what XML cannot hold: a UID, a redacted secret, text that is no UTF-8 or has control
// characters, a number that is not finite. The message names the key.
absl::StatusOr<std::string> WriteXml(const Value& root);

}  // namespace holdfast::plist

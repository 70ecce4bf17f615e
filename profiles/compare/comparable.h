// A profile or a declaration that is to be compared. Unlike what the reader gives, it keeps the secrets, so
// that a changed one is noticed: keep it no longer than the comparison needs. Pure and thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

struct Comparable {
  std::string name;        // the file, for messages
  std::string identifier;  // installing another one with the same replaces it
  std::string form;        // "XML", "binary", "signed by Example", "JSON"
  bool declaration = false;
  plist::Value root;   // a profile's tree; of a declaration, one with its Payload as the only payload
  plist::Value shown;  // the same, secrets redacted
};

// INVALID_ARGUMENT for what is neither a profile (in any form, signed too) nor a declaration.
absl::StatusOr<Comparable> ReadComparable(absl::string_view bytes, absl::string_view name);

// The same with the keys that a payload of a profile would have, where they are known.
Comparable AsProfile(const Comparable& declaration);

}  // namespace holdfast::profiles

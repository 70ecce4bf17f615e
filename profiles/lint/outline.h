// What the rules of all profiles of a Mac look at, of one profile: for who looks at them together later and
// must not keep the file, which may hold secrets. Only keys that are listed here are kept. Pure; thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/mobileconfig/profile.h"

namespace holdfast::lint {

// Bytes of our own that ReadOutline reads; their layout is not promised to anyone else.
std::string OutlineOf(const profiles::ProfileSource& source);

// CheckTogether finds in it what it would find in the file, at the same lines; of the rules of one file it is
// nothing to judge by. DATA_LOSS for bytes that OutlineOf did not make.
absl::StatusOr<profiles::Profile> ReadOutline(absl::string_view bytes, absl::string_view name);

}  // namespace holdfast::lint

// Entitlements in the second form in which a code signature carries them: DER, which macOS reads in place of
// the property list where both are there. Bounded: any bytes are taken. Pure and thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

// A dictionary with the same types as the property list's. INVALID_ARGUMENT when it is none; `name` is for
// messages.
absl::StatusOr<plist::Value> ReadDerEntitlements(absl::string_view der, absl::string_view name);

}  // namespace holdfast::profiles

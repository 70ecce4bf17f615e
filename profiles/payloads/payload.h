// The payload types that are known in full, and the names of all that Apple has. Constant data; thread-safe.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "profiles/payloads/key.h"

namespace holdfast::payloads {

struct PayloadType {
  absl::string_view type;   // "com.apple.vpn.managed"
  absl::string_view since;  // macOS version
  absl::string_view deprecated = "";
  absl::string_view instead = "";  // of a deprecated one
  absl::Span<const Key> keys;
  bool network = false;      // installs into network settings
  bool device_only = false;  // not on the user channel: PayloadScope must be System
  bool needs_mdm = false;    // user-approved MDM; a person cannot install it
  bool single = false;       // one on a Mac
};

absl::Span<const PayloadType> PayloadTypes();
// Null when it is none of them.
const PayloadType* FindPayloadType(absl::string_view type);
// Whether Apple's schema has a payload of that type for macOS, known in full or not.
bool IsApplePayload(absl::string_view type);

// What stands at the top of a profile, and what every payload has.
absl::Span<const Key> TopLevelKeys();
absl::Span<const Key> CommonKeys();

// The entry of that name, else the one for any name, else null.
const Key* FindKey(absl::Span<const Key> keys, absl::string_view name);
// The entry of that name alone.
const Key* FindNamedKey(absl::Span<const Key> keys, absl::string_view name);

}  // namespace holdfast::payloads

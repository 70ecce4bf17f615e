// Declarations of declarative management (macOS 27) that take the place of payloads: VPN services, content
// filters, DNS proxies. Keys and types are from Apple's schema of 27.0 (github.com/apple/device-management,
// declarative/declarations/configurations); no Mac was asked. Pure and thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

struct Declaration {
  std::string type;          // "com.apple.configuration.network.vpn.ikev2"
  std::string identifier;    // sending another one with the same replaces it
  std::string server_token;  // the management server's; empty where it is still to be added
  plist::Dict payload;
  friend bool operator==(const Declaration&, const Declaration&) = default;
};

// Whether the bytes are JSON rather than a profile.
bool LooksLikeDeclaration(absl::string_view bytes);

// INVALID_ARGUMENT as "SOURCE:LINE: what is wrong" for what is no JSON object, has no Type, Identifier or
// Payload, or is larger than a declaration may be.
absl::StatusOr<Declaration> ReadDeclaration(absl::string_view bytes, absl::string_view source);

// JSON. INVALID_ARGUMENT for values that JSON cannot hold (dates, a redacted secret); data is in Base64.
absl::StatusOr<std::string> WriteDeclaration(const Declaration& declaration);

}  // namespace holdfast::profiles

// A single-use code that lets a person override the policy on one device: issued by the server, read out on a
// telephone, verified on the device without a network. Its layout never changes:
//
//   100 bits as 20 characters of Crockford's Base32 in groups of four:
//   version 4 (1) | length 6 (quarter hours, 1-48) | issued 22 (hours since 2025-01-01T00:00Z) | serial 16 |
//   authenticator 52: the first bits of HMAC-SHA256(key, "holdfast-code-v1" | device id | the 48 bits as u64)
//
// The key is the device's own (docs/adr/0016-admin-codes.md). Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "base/time.h"

namespace holdfast {

inline constexpr absl::Duration kLongestCode = absl::Hours(12);
inline constexpr absl::Duration kCodeGoodFor = absl::Hours(24);  // from the hour it was issued in

struct OverrideCode {
  absl::Duration length;   // of the override, in quarter hours
  uint32_t hour = 0;       // it was issued in
  uint16_t serial = 0;     // tells codes of one hour apart
  std::string Id() const;  // what both sides know it by: "3F2A-91C0"; tells nothing of the code
  friend bool operator==(const OverrideCode&, const OverrideCode&) = default;
};

// What the server signs with its policy key: the signature's SHA-256 is the device's code key.
std::string CodeKeyMessage(const Uuid& device);

uint32_t CodeHour(int64_t unix_ns);

// `code.length` is rounded up to quarter hours and must be in (0, 12h].
std::string EncodeOverrideCode(const OverrideCode& code, const Uuid& device, absl::string_view key);

// What was typed, regardless of case, spaces and hyphens; O, I and L are read as 0 and 1. INVALID_ARGUMENT:
// no code at all; PERMISSION_DENIED: not for this device, or mistyped; FAILED_PRECONDITION: not good at
// `now`.
absl::StatusOr<OverrideCode> DecodeOverrideCode(absl::string_view text, const Uuid& device,
                                                absl::string_view key, WallTime now);

}  // namespace holdfast

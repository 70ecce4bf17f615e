// What an administrator signs beside the policy and a device obeys at once: an emergency suspension, a help
// desk's hold, or the withdrawal of one. The bytes to sign never change their layout:
//   "holdfast-order-v1" (17 bytes) | number u64 | kind u32 | scope u32 | target (u32 length, bytes) |
//   withdraws u64 | issued i64 | expires i64 (Unix ns) | disconnect u32 | reason | issued by (u32 length,
//   bytes)
// Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "base/time.h"

namespace holdfast {

inline constexpr absl::Duration kLongestOrder = absl::Hours(24);
inline constexpr size_t kMaxOrderText = 256;  // of reason, target and issuer

struct Order {
  enum class Kind : uint8_t { kEmergency = 1, kHold = 2, kWithdrawal = 3 };
  enum class Scope : uint8_t { kFleet = 0, kGroup = 1, kDevice = 2 };
  uint64_t number = 0;  // grows with each order of a server
  Kind kind = Kind::kEmergency;
  Scope scope = Scope::kFleet;
  std::string target;      // the group's name or the device's id
  uint64_t withdraws = 0;  // of a withdrawal: which one
  ServerTime issued, expires;
  bool disconnect = false;
  std::string reason, issued_by;
  friend bool operator==(const Order&, const Order&) = default;
};

// Whom it is for: "fleet", "group:NAME" or "device:ID".
std::string ScopeText(const Order& order);

std::string EncodeOrder(const Order& order);
// INVALID_ARGUMENT for other bytes, an order that ends later than a day after it was issued, or too long a
// text. Says nothing about who signed it.
absl::StatusOr<Order> DecodeOrder(absl::string_view signed_bytes);

struct SignedOrder {
  std::string signed_bytes, signature;
  friend bool operator==(const SignedOrder&, const SignedOrder&) = default;
};
// One line, for the policy key EmergencySuspend: "holdfast-order1:BASE64:BASE64".
std::string OrderText(const SignedOrder& order);
absl::StatusOr<SignedOrder> ParseOrderText(absl::string_view text);

}  // namespace holdfast

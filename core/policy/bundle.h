// What an admin signs and a device verifies: a policy document with its version and the group it is for, as
// canonical bytes. Bundles travel and are stored as exactly these bytes; the layout never changes:
//   "holdfast-policy-v1" (18 bytes) | version u64 | group (u32 length, bytes) | document (u32 length, bytes)
// The signature over them is base/crypto's business. Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/sha256.h"

namespace holdfast {

struct BundledPolicy {
  uint64_t version = 0;  // the document's policyVersion; grows within a group
  std::string group;     // UTF-8, at most kMaxPolicyGroupBytes; empty is the default group
  std::string document;  // YAML or JSON, at most kMaxDocumentBytes
  friend bool operator==(const BundledPolicy&, const BundledPolicy&) = default;
};

inline constexpr size_t kMaxPolicyGroupBytes = 256;

// The bytes to sign.
std::string EncodePolicyBundle(const BundledPolicy& policy);

// INVALID_ARGUMENT when the bytes are not a bundle of this layout or exceed the limits. Says nothing about
// who signed them: verify first.
absl::StatusOr<BundledPolicy> DecodePolicyBundle(absl::string_view signed_bytes);

// The policy's id: SHA-256 of the signed bytes.
Sha256Digest PolicyId(absl::string_view signed_bytes);

}  // namespace holdfast

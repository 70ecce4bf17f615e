// First contact: nothing is known of the server but the hash of its authority's key, from the enrollment
// string. Connects once, looks at the certificates the server shows, and takes the pinned one as the root
// that the real connection is verified against.
#pragma once

#include <atomic>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/enrollment.h"
#include "base/sha256.h"

namespace holdfast::uplink {

// The PEM of the certificate in the server's chain whose SubjectPublicKeyInfo hashes to `pin`.
// PERMISSION_DENIED when the server shows none: it is not ours. UNAVAILABLE when it cannot be reached.
// Blocks for up to `timeout`; returns early once `cancelled` is true. Any thread.
absl::StatusOr<std::string> FetchPinnedAuthority(const Endpoint& server, const Sha256Digest& pin,
                                                 absl::Duration timeout, const std::atomic<bool>& cancelled);

}  // namespace holdfast::uplink

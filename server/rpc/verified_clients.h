// Client certificates that were verified already: a device shows the same one with each call, and verifying
// it costs as much as a small Sync. Thread-safe.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/crypto/client_verifier.h"
#include "base/time.h"

namespace holdfast::server {

class VerifiedClients {
 public:
  explicit VerifiedClients(crypto::ClientVerifier verifier);

  // From now on this one decides, and nothing of before is remembered.
  void Replace(crypto::ClientVerifier verifier);

  // As ClientVerifier::Verify; what was good stays so for at most an hour, and not beyond its expiry.
  absl::StatusOr<crypto::VerifiedClient> Verify(absl::string_view certificate_pem, WallTime now) const;

 private:
  struct Memory;
  std::shared_ptr<Memory> memory_;
};

}  // namespace holdfast::server

// Decides whether a client certificate is a device's. The TLS layer has proved that the peer holds the key;
// it is told not to judge the certificate, because a failed handshake cannot say why: an agent must learn
// whether its certificate has expired, is not valid yet, or is not ours. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/ids.h"
#include "base/time.h"

namespace holdfast::crypto {

struct VerifiedClient {
  Uuid device;
  std::string serial_hex;
};

class ClientVerifier {
 public:
  // The authorities that may have issued it, at least one; and those that did once and may no more.
  static absl::StatusOr<ClientVerifier> Create(const std::vector<std::string>& ca_certificates_pem,
                                               const std::vector<std::string>& retired = {});

  // UNAUTHENTICATED with ErrorReason::kClockSkew when it is not valid yet, kReenrollRequired when it has
  // expired or a retired authority issued it, none when it is not ours or names no device.
  absl::StatusOr<VerifiedClient> Verify(absl::string_view certificate_pem, WallTime now) const;

  struct Store;

 private:
  explicit ClientVerifier(std::shared_ptr<const Store> store) : store_(std::move(store)) {}
  std::shared_ptr<const Store> store_;
};

}  // namespace holdfast::crypto

// The server's authority and signing keys, as ServerCore needs them. The real one holds keys in files; tests
// make one in memory.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "base/time.h"

namespace holdfast::server {

struct IssuedCertificate {
  std::string chain_pem;  // the leaf first
  std::string serial_hex;
  std::string authority;  // id of the one that issued it; empty where there is only ever one
};

struct KeySignature {
  std::string signature;  // Ed25519, 64 bytes
  std::string key_id;     // crypto::KeyId of the raw public key
};

class CertificateIssuer {
 public:
  virtual ~CertificateIssuer() = default;
  // Checks the request's own signature and issues a client certificate whose only SAN is
  // "holdfast:device:UUID". The subject asked for is ignored. notBefore is backdated for skew.
  // INVALID_ARGUMENT for a request that is malformed or not signed by its key.
  virtual absl::StatusOr<IssuedCertificate> Issue(absl::string_view csr_pem, const Uuid& device,
                                                  ServerTime now, absl::Duration lifetime) = 0;
  // All authorities valid now, the issuing one first.
  virtual std::vector<std::string> CaCertificatesPem() const = 0;
  // Lower-case hex SHA-256 of the issuing authority's SubjectPublicKeyInfo: what an enrollment string pins.
  virtual std::string CaSpkiSha256Hex() const = 0;
  // Raw Ed25519 public keys that bundles may be signed with, the signing one first.
  virtual std::vector<std::string> PolicyPublicKeys() const = 0;
  virtual absl::StatusOr<KeySignature> SignPolicy(absl::string_view bytes) = 0;
  virtual std::string ReportPublicKey() const = 0;
  virtual absl::StatusOr<KeySignature> SignReport(absl::string_view bytes) = 0;
};

}  // namespace holdfast::server

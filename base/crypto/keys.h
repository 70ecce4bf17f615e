// Keys, signatures and certificate requests, through OpenSSL. Values are PEM or raw bytes; private keys never
// appear in an error. Thread-safe: no shared state.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/sha256.h"
#include "base/time.h"

namespace holdfast::crypto {

enum class KeyType { kEcP256, kEd25519 };

class PrivateKey {
 public:
  static absl::StatusOr<PrivateKey> Generate(KeyType type);
  static absl::StatusOr<PrivateKey> FromPem(absl::string_view pem);
  std::string ToPem() const;  // PKCS#8
  std::string PublicSpkiDer() const;
  // Ed25519 only: 32 bytes.
  absl::StatusOr<std::string> RawPublic() const;
  // Ed25519: over the message. P-256: ECDSA over its SHA-256, DER.
  absl::StatusOr<std::string> Sign(absl::string_view message) const;

  struct Handle;
  explicit PrivateKey(std::shared_ptr<const Handle> handle) : handle_(std::move(handle)) {}
  const Handle& handle() const { return *handle_; }

 private:
  std::shared_ptr<const Handle> handle_;
};

// OK, or INVALID_ARGUMENT for a malformed key, or PERMISSION_DENIED when the signature is not by that key.
absl::Status VerifyEd25519(absl::string_view raw_public, absl::string_view message,
                           absl::string_view signature);
absl::Status VerifyEcdsa(absl::string_view spki_der, absl::string_view message,
                         absl::string_view der_signature);

// First 16 hex digits of SHA-256 of a raw public key: how a signature names its key.
std::string KeyId(absl::string_view raw_public);

// PKCS#10 with the subject's common name.
absl::StatusOr<std::string> MakeCsrPem(const PrivateKey& key, absl::string_view common_name);

struct CertificateInfo {
  std::string serial_hex;
  std::string subject_common_name;
  std::vector<std::string> uri_sans;  // "holdfast:device:UUID"
  WallTime not_before, not_after;
  Sha256Digest spki_sha256{};  // of SubjectPublicKeyInfo DER
  std::string spki_der;
};
// The id by which agents and servers name an authority: 16 hex digits of spki_sha256.
std::string AuthorityId(const CertificateInfo& certificate);
// Of the first certificate in the PEM text.
absl::StatusOr<CertificateInfo> ReadCertificate(absl::string_view pem);

}  // namespace holdfast::crypto

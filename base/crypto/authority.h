// The server's own certificate authority: issues the agents' client certificates and the listeners' server
// certificates. ECDSA P-256 throughout. Immutable after construction and thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/crypto/keys.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/time.h"

namespace holdfast::crypto {

// How far before its issue a certificate becomes valid, so that a device whose clock is a little behind
// accepts it.
inline constexpr absl::Duration kBackdate = absl::Hours(1);
inline constexpr absl::Duration kAuthorityLifetime = absl::Hours(24 * 3652);  // ten years

// "holdfast:device:UUID": how a client certificate names its device.
std::string DeviceUri(const Uuid& device);
// The device a certificate names; INVALID_ARGUMENT unless it names exactly one.
absl::StatusOr<Uuid> DeviceOf(const CertificateInfo& certificate);

class Authority {
 public:
  // A new self-signed authority.
  static absl::StatusOr<Authority> Create(absl::string_view common_name, WallTime now, RandomSource& random);
  // FAILED_PRECONDITION when the key is not the certificate's or the certificate is no authority's.
  static absl::StatusOr<Authority> FromPem(absl::string_view certificate_pem, absl::string_view key_pem);
  // Files; the key's is refused unless only its owner can read it.
  static absl::StatusOr<Authority> Load(const std::string& certificate_path, const std::string& key_path);
  absl::Status Save(const std::string& certificate_path, const std::string& key_path) const;

  const std::string& certificate_pem() const { return certificate_pem_; }
  const CertificateInfo& info() const { return info_; }
  // Over the SubjectPublicKeyInfo: what enrollment strings pin.
  const Sha256Digest& spki_sha256() const { return info_.spki_sha256; }

  // A client certificate for the key in the request, naming the device; the request's subject and extensions
  // are ignored. INVALID_ARGUMENT when the request is malformed, its signature is not by its key, or the key
  // is not P-256. Never outlives the authority.
  absl::StatusOr<std::string> IssueClient(absl::string_view csr_pem, const Uuid& device, WallTime now,
                                          absl::Duration lifetime, RandomSource& random) const;
  // A certificate of `other`'s key by this one: who trusts only this one accepts what `other` issued while it
  // lasts.
  absl::StatusOr<std::string> CrossSign(const Authority& other, WallTime now, absl::Duration lifetime,
                                        RandomSource& random) const;
  // A server certificate for host names and IP addresses (at least one).
  absl::StatusOr<std::string> IssueServer(const PrivateKey& key, const std::vector<std::string>& hosts,
                                          WallTime now, absl::Duration lifetime, RandomSource& random) const;

 private:
  Authority(PrivateKey key, std::string certificate_pem, CertificateInfo info)
      : key_(std::move(key)), certificate_pem_(std::move(certificate_pem)), info_(std::move(info)) {}
  PrivateKey key_;
  std::string certificate_pem_;
  CertificateInfo info_;
};

}  // namespace holdfast::crypto

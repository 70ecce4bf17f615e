// CertificateIssuer on keys in memory, wherever they came from. Used on the core thread.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/crypto/authority.h"
#include "base/random.h"
#include "server/rpc/listener.h"
#include "server/service/certificate_issuer.h"

namespace holdfast::server {

struct ServerKeys {
  crypto::Authority authority;
  crypto::PrivateKey policy;  // Ed25519
  crypto::PrivateKey report;  // Ed25519
  // All new.
  static absl::StatusOr<ServerKeys> Generate(WallTime now, RandomSource& random);
};

// A listener's key and certificate, made anew at each start: nothing to keep, nothing to renew, and a changed
// list of host names takes effect at once.
absl::StatusOr<TlsIdentity> NewTlsIdentity(const crypto::Authority& authority,
                                           const std::vector<std::string>& hosts, WallTime now,
                                           RandomSource& random);

class KeyIssuer final : public CertificateIssuer {
 public:
  // The source of randomness must outlive it.
  static absl::StatusOr<KeyIssuer> Create(ServerKeys keys, RandomSource& random);

  absl::StatusOr<IssuedCertificate> Issue(absl::string_view csr_pem, const Uuid& device, ServerTime now,
                                          absl::Duration lifetime) override;
  std::vector<std::string> CaCertificatesPem() const override;
  std::string CaSpkiSha256Hex() const override;
  std::vector<std::string> PolicyPublicKeys() const override { return {policy_public_}; }
  absl::StatusOr<KeySignature> SignPolicy(absl::string_view bytes) override;
  std::string ReportPublicKey() const override { return report_public_; }
  absl::StatusOr<KeySignature> SignReport(absl::string_view bytes) override;

  const crypto::Authority& authority() const { return keys_.authority; }

 private:
  KeyIssuer(ServerKeys keys, RandomSource& random, std::string policy_public, std::string report_public)
      : keys_(std::move(keys)),
        random_(&random),
        policy_public_(std::move(policy_public)),
        report_public_(std::move(report_public)) {}
  ServerKeys keys_;
  RandomSource* random_;
  std::string policy_public_, report_public_;
};

}  // namespace holdfast::server

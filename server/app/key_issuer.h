// CertificateIssuer and KeyCustody on a server's own keys, wherever they are kept. Used on the core thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/crypto/authority.h"
#include "base/random.h"
#include "server/app/key_set.h"
#include "server/service/certificate_issuer.h"
#include "server/service/key_custody.h"

namespace holdfast::server {

// As long as the platforms accept a private authority's server certificates.
inline constexpr absl::Duration kListenerCertificateLifetime = absl::Hours(24 * 365);
// How long devices that trust only the newer of two authorities accept what the older one issued to the
// listeners. Short, because it outlives a retirement; made anew each day while it is needed.
inline constexpr absl::Duration kCrossLifetime = absl::Hours(72);

class KeyIssuer final : public CertificateIssuer, public KeyCustody {
 public:
  // The source of randomness and the vault must outlive it; without a vault keys live in memory.
  static absl::StatusOr<KeyIssuer> Create(ServerKeys keys, RandomSource& random, KeyVault* vault = nullptr);

  absl::StatusOr<IssuedCertificate> Issue(absl::string_view csr_pem, const Uuid& device, ServerTime now,
                                          absl::Duration lifetime) override;
  std::vector<std::string> CaCertificatesPem() const override { return ca_pem_; }
  std::string CaSpkiSha256Hex() const override;
  std::vector<std::string> PolicyPublicKeys() const override { return policy_public_; }
  absl::StatusOr<KeySignature> SignPolicy(absl::string_view bytes) override;
  std::string ReportPublicKey() const override { return report_public_; }
  absl::StatusOr<KeySignature> SignReport(absl::string_view bytes) override;

  const KeyRing& ring() const override { return keys_.ring; }
  absl::StatusOr<std::string> MakeNext(KeyKind kind, ServerTime now) override;
  absl::Status Activate(const std::string& id, ServerTime now) override;
  absl::Status Retire(const std::string& id, ServerTime now) override;
  std::string PublicHex(const std::string& id) const override;
  std::vector<std::string> RetiredAuthoritiesPem() const override;
  absl::StatusOr<KeySignature> SignPolicyWith(const std::string& id, absl::string_view bytes) override;

  const crypto::Authority& authority() const { return keys_.authority(KeyState::kCurrent); }
  // What listeners show with this key: a certificate that devices of every valid authority accept, and the
  // authorities themselves, where an agent that knows only a hash finds the one it means.
  absl::StatusOr<std::string> ListenerChain(const crypto::PrivateKey& key,
                                            const std::vector<std::string>& hosts, WallTime now) const;

 private:
  KeyIssuer(ServerKeys keys, RandomSource& random, KeyVault* vault, std::string report_public)
      : keys_(std::move(keys)), random_(&random), vault_(vault), report_public_(std::move(report_public)) {
    RememberPublicHalves();
  }
  absl::Status Adopt(ServerKeys keys);
  void RememberPublicHalves();
  ServerKeys keys_;
  std::vector<std::string> ca_pem_, policy_public_;  // of the valid ones: part of each answer to a device
  RandomSource* random_;
  KeyVault* vault_;
  std::string report_public_;
};

}  // namespace holdfast::server

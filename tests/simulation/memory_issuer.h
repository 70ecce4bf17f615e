// A certificate authority that lives in memory: the real crypto, no files.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/crypto/authority.h"
#include "base/error.h"
#include "base/random.h"
#include "server/service/certificate_issuer.h"

namespace holdfast::simulation {

class MemoryIssuer final : public server::CertificateIssuer {
 public:
  static absl::StatusOr<std::unique_ptr<MemoryIssuer>> Create(WallTime now, RandomSource& random) {
    HOLDFAST_ASSIGN_OR_RETURN(crypto::Authority authority,
                              crypto::Authority::Create("Simulated CA", now, random));
    HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey policy,
                              crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
    HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey report,
                              crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
    return std::unique_ptr<MemoryIssuer>(
        new MemoryIssuer(std::move(authority), std::move(policy), std::move(report), random));
  }

  absl::StatusOr<server::IssuedCertificate> Issue(absl::string_view csr_pem, const Uuid& device,
                                                  ServerTime now, absl::Duration lifetime) override {
    HOLDFAST_ASSIGN_OR_RETURN(std::string leaf,
                              authority_.IssueClient(csr_pem, device, WallTime{now.ns}, lifetime, random_));
    HOLDFAST_ASSIGN_OR_RETURN(const crypto::CertificateInfo info, crypto::ReadCertificate(leaf));
    return server::IssuedCertificate{leaf + authority_.certificate_pem(), info.serial_hex};
  }
  std::vector<std::string> CaCertificatesPem() const override { return {authority_.certificate_pem()}; }
  std::string CaSpkiSha256Hex() const override { return ToHex(authority_.spki_sha256()); }
  std::vector<std::string> PolicyPublicKeys() const override { return {*policy_.RawPublic()}; }
  absl::StatusOr<server::KeySignature> SignPolicy(absl::string_view bytes) override {
    return Sign(policy_, bytes);
  }
  std::string ReportPublicKey() const override { return *report_.RawPublic(); }
  absl::StatusOr<server::KeySignature> SignReport(absl::string_view bytes) override {
    return Sign(report_, bytes);
  }

 private:
  MemoryIssuer(crypto::Authority authority, crypto::PrivateKey policy, crypto::PrivateKey report,
               RandomSource& random)
      : authority_(std::move(authority)),
        policy_(std::move(policy)),
        report_(std::move(report)),
        random_(random) {}

  static absl::StatusOr<server::KeySignature> Sign(const crypto::PrivateKey& key, absl::string_view bytes) {
    HOLDFAST_ASSIGN_OR_RETURN(std::string signature, key.Sign(bytes));
    return server::KeySignature{std::move(signature), crypto::KeyId(*key.RawPublic())};
  }

  crypto::Authority authority_;
  crypto::PrivateKey policy_, report_;
  RandomSource& random_;
};

}  // namespace holdfast::simulation

#include "server/app/key_issuer.h"

#include <utility>

#include "base/error.h"

namespace holdfast::server {
namespace {

// As long as the platforms accept a private authority's server certificates.
constexpr absl::Duration kServerCertificateLifetime = absl::Hours(24 * 800);

absl::StatusOr<KeySignature> SignWith(const crypto::PrivateKey& key, const std::string& raw_public,
                                      absl::string_view bytes) {
  HOLDFAST_ASSIGN_OR_RETURN(std::string signature, key.Sign(bytes));
  return KeySignature{std::move(signature), crypto::KeyId(raw_public)};
}

}  // namespace

absl::StatusOr<ServerKeys> ServerKeys::Generate(WallTime now, RandomSource& random) {
  HOLDFAST_ASSIGN_OR_RETURN(crypto::Authority authority,
                            crypto::Authority::Create("Holdfast authority", now, random));
  HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey policy,
                            crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
  HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey report,
                            crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
  return ServerKeys{std::move(authority), std::move(policy), std::move(report)};
}

absl::StatusOr<TlsIdentity> NewTlsIdentity(const crypto::Authority& authority,
                                           const std::vector<std::string>& hosts, WallTime now,
                                           RandomSource& random) {
  HOLDFAST_ASSIGN_OR_RETURN(const crypto::PrivateKey key,
                            crypto::PrivateKey::Generate(crypto::KeyType::kEcP256));
  HOLDFAST_ASSIGN_OR_RETURN(const std::string leaf,
                            authority.IssueServer(key, hosts, now, kServerCertificateLifetime, random));
  return TlsIdentity{key.ToPem(), leaf + authority.certificate_pem()};
}

absl::StatusOr<KeyIssuer> KeyIssuer::Create(ServerKeys keys, RandomSource& random) {
  HOLDFAST_ASSIGN_OR_RETURN(std::string policy_public, keys.policy.RawPublic());
  HOLDFAST_ASSIGN_OR_RETURN(std::string report_public, keys.report.RawPublic());
  return KeyIssuer(std::move(keys), random, std::move(policy_public), std::move(report_public));
}

absl::StatusOr<IssuedCertificate> KeyIssuer::Issue(absl::string_view csr_pem, const Uuid& device,
                                                   ServerTime now, absl::Duration lifetime) {
  HOLDFAST_ASSIGN_OR_RETURN(
      std::string leaf, keys_.authority.IssueClient(csr_pem, device, WallTime{now.ns}, lifetime, *random_));
  HOLDFAST_ASSIGN_OR_RETURN(const crypto::CertificateInfo info, crypto::ReadCertificate(leaf));
  return IssuedCertificate{std::move(leaf), info.serial_hex};
}

std::vector<std::string> KeyIssuer::CaCertificatesPem() const {
  return {keys_.authority.certificate_pem()};
}

std::string KeyIssuer::CaSpkiSha256Hex() const {
  return ToHex(keys_.authority.spki_sha256());
}

absl::StatusOr<KeySignature> KeyIssuer::SignPolicy(absl::string_view bytes) {
  return SignWith(keys_.policy, policy_public_, bytes);
}

absl::StatusOr<KeySignature> KeyIssuer::SignReport(absl::string_view bytes) {
  return SignWith(keys_.report, report_public_, bytes);
}

}  // namespace holdfast::server

#include "server/app/key_issuer.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::server {
namespace {

absl::StatusOr<KeySignature> SignWith(const crypto::PrivateKey& key, absl::string_view bytes) {
  HOLDFAST_ASSIGN_OR_RETURN(std::string signature, key.Sign(bytes));
  HOLDFAST_ASSIGN_OR_RETURN(const std::string raw, key.RawPublic());
  return KeySignature{std::move(signature), crypto::KeyId(raw)};
}

}  // namespace

absl::StatusOr<KeyIssuer> KeyIssuer::Create(ServerKeys keys, RandomSource& random, KeyVault* vault) {
  HOLDFAST_ASSIGN_OR_RETURN(std::string report_public, keys.report.RawPublic());
  return KeyIssuer(std::move(keys), random, vault, std::move(report_public));
}

absl::StatusOr<IssuedCertificate> KeyIssuer::Issue(absl::string_view csr_pem, const Uuid& device,
                                                   ServerTime now, absl::Duration lifetime) {
  HOLDFAST_ASSIGN_OR_RETURN(std::string leaf,
                            authority().IssueClient(csr_pem, device, WallTime{now.ns}, lifetime, *random_));
  HOLDFAST_ASSIGN_OR_RETURN(const crypto::CertificateInfo info, crypto::ReadCertificate(leaf));
  return IssuedCertificate{std::move(leaf), info.serial_hex, AuthorityId(authority())};
}

std::string KeyIssuer::CaSpkiSha256Hex() const {
  return ToHex(authority().spki_sha256());
}

absl::StatusOr<KeySignature> KeyIssuer::SignPolicy(absl::string_view bytes) {
  return SignPolicyWith(keys_.ring.In(KeyKind::kPolicy, KeyState::kCurrent)->id, bytes);
}

absl::StatusOr<KeySignature> KeyIssuer::SignPolicyWith(const std::string& id, absl::string_view bytes) {
  const auto it = keys_.policy.find(id);
  if (it == keys_.policy.end()) return absl::NotFoundError(absl::StrCat("there is no valid policy key ", id));
  return SignWith(it->second, bytes);
}

absl::StatusOr<KeySignature> KeyIssuer::SignReport(absl::string_view bytes) {
  return SignWith(keys_.report, bytes);
}

// What is not durable is not used.
absl::Status KeyIssuer::Adopt(ServerKeys keys) {
  if (vault_ != nullptr) HOLDFAST_RETURN_IF_ERROR(vault_->Save(keys));
  keys_ = std::move(keys);
  RememberPublicHalves();
  return absl::OkStatus();
}

void KeyIssuer::RememberPublicHalves() {
  ca_pem_.clear();
  for (const RingKey& key : keys_.ring.Valid(KeyKind::kAuthority)) {
    ca_pem_.push_back(keys_.authorities.at(key.id).certificate_pem());
  }
  policy_public_.clear();
  for (const RingKey& key : keys_.ring.Valid(KeyKind::kPolicy)) {
    policy_public_.push_back(keys_.policy.at(key.id).RawPublic().value_or(""));
  }
}

absl::StatusOr<std::string> KeyIssuer::MakeNext(KeyKind kind, ServerTime now) {
  ServerKeys after = keys_;
  std::string id;
  if (kind == KeyKind::kAuthority) {
    // A name of its own: who builds a chain by names must not take one for the other.
    HOLDFAST_ASSIGN_OR_RETURN(crypto::Authority made,
                              crypto::Authority::Create(absl::StrCat("Holdfast authority ", FormatUtc(now)),
                                                        WallTime{now.ns}, *random_));
    id = AuthorityId(made);
    after.authorities.emplace(id, std::move(made));
  } else {
    HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey made,
                              crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
    HOLDFAST_ASSIGN_OR_RETURN(const std::string raw, made.RawPublic());
    id = crypto::KeyId(raw);
    after.policy.emplace(id, std::move(made));
  }
  HOLDFAST_ASSIGN_OR_RETURN(after.ring, keys_.ring.Add(kind, id, now));
  HOLDFAST_RETURN_IF_ERROR(Adopt(std::move(after)));
  return id;
}

absl::Status KeyIssuer::Activate(const std::string& id, ServerTime now) {
  ServerKeys after = keys_;
  HOLDFAST_ASSIGN_OR_RETURN(after.ring, keys_.ring.Activate(id, now));
  return Adopt(std::move(after));
}

absl::Status KeyIssuer::Retire(const std::string& id, ServerTime now) {
  ServerKeys after = keys_;
  HOLDFAST_ASSIGN_OR_RETURN(after.ring, keys_.ring.Retire(id, now));
  if (const auto it = after.authorities.find(id); it != after.authorities.end()) {
    after.retired_ca_pem[id] = it->second.certificate_pem();
    after.authorities.erase(it);
  }
  after.policy.erase(id);
  return Adopt(std::move(after));
}

std::string KeyIssuer::PublicHex(const std::string& id) const {
  if (const auto it = keys_.authorities.find(id); it != keys_.authorities.end()) {
    return ToHex(it->second.spki_sha256());
  }
  if (const auto it = keys_.retired_ca_pem.find(id); it != keys_.retired_ca_pem.end()) {
    const absl::StatusOr<crypto::CertificateInfo> info = crypto::ReadCertificate(it->second);
    return info.ok() ? ToHex(info->spki_sha256) : "";
  }
  const auto it = keys_.policy.find(id);
  return it == keys_.policy.end() ? "" : absl::BytesToHexString(it->second.RawPublic().value_or(""));
}

std::vector<std::string> KeyIssuer::RetiredAuthoritiesPem() const {
  std::vector<std::string> pem;
  for (const auto& [id, certificate] : keys_.retired_ca_pem) pem.push_back(certificate);
  return pem;
}

absl::StatusOr<std::string> KeyIssuer::ListenerChain(const crypto::PrivateKey& key,
                                                     const std::vector<std::string>& hosts,
                                                     WallTime now) const {
  const crypto::Authority& showing = keys_.showing();
  HOLDFAST_ASSIGN_OR_RETURN(std::string chain,
                            showing.IssueServer(key, hosts, now, kListenerCertificateLifetime, *random_));
  // The other valid one, from its first moment on: a string that pins it may be used as soon as it is made.
  const crypto::Authority* other = nullptr;
  for (const auto& [id, authority] : keys_.authorities) {
    if (&authority != &showing) other = &authority;
  }
  if (other == nullptr) return chain + showing.certificate_pem();
  HOLDFAST_ASSIGN_OR_RETURN(const std::string cross,
                            other->CrossSign(showing, now, kCrossLifetime, *random_));
  // The cross-signed one first: an issuer is looked for in this order, and the self-signed one leads only to
  // itself.
  return absl::StrCat(chain, cross, other->certificate_pem(), showing.certificate_pem());
}

}  // namespace holdfast::server

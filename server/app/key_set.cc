#include "server/app/key_set.h"

#include <utility>

#include "base/error.h"
#include "base/sha256.h"

namespace holdfast::server {

std::string AuthorityId(const crypto::Authority& authority) {
  return crypto::AuthorityId(authority.info());
}

absl::StatusOr<ServerKeys> ServerKeys::Of(crypto::Authority authority, crypto::PrivateKey policy,
                                          crypto::PrivateKey report, ServerTime now) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string raw, policy.RawPublic());
  ServerKeys keys{
      .ring = {}, .authorities = {}, .policy = {}, .retired_ca_pem = {}, .report = std::move(report)};
  const std::string authority_id = AuthorityId(authority), policy_id = crypto::KeyId(raw);
  HOLDFAST_ASSIGN_OR_RETURN(keys.ring, keys.ring.Add(KeyKind::kAuthority, authority_id, now));
  HOLDFAST_ASSIGN_OR_RETURN(keys.ring, keys.ring.Add(KeyKind::kPolicy, policy_id, now));
  keys.authorities.emplace(authority_id, std::move(authority));
  keys.policy.emplace(policy_id, std::move(policy));
  return keys;
}

absl::StatusOr<ServerKeys> ServerKeys::Generate(WallTime now, RandomSource& random) {
  HOLDFAST_ASSIGN_OR_RETURN(crypto::Authority authority,
                            crypto::Authority::Create("Holdfast authority", now, random));
  HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey policy,
                            crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
  HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey report,
                            crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
  return Of(std::move(authority), std::move(policy), std::move(report), ServerTime{now.ns});
}

const crypto::Authority& ServerKeys::authority(KeyState state) const {
  return authorities.at(ring.In(KeyKind::kAuthority, state)->id);
}

const crypto::Authority& ServerKeys::showing() const {
  const bool replacing = ring.In(KeyKind::kAuthority, KeyState::kRetiring) != nullptr;
  return authority(replacing ? KeyState::kRetiring : KeyState::kCurrent);
}

}  // namespace holdfast::server

#include "server/app/tls_identity.h"

#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace holdfast::server {

absl::StatusOr<TlsIdentity> NewTlsIdentity(const crypto::Authority& authority,
                                           const std::vector<std::string>& hosts, WallTime now,
                                           RandomSource& random) {
  HOLDFAST_ASSIGN_OR_RETURN(const crypto::PrivateKey key,
                            crypto::PrivateKey::Generate(crypto::KeyType::kEcP256));
  HOLDFAST_ASSIGN_OR_RETURN(const std::string leaf,
                            authority.IssueServer(key, hosts, now, kListenerCertificateLifetime, random));
  return TlsIdentity{key.ToPem(), leaf + authority.certificate_pem(), ""};
}

absl::StatusOr<RenewableTlsIdentity> RenewableTlsIdentity::Create(const std::string& folder,
                                                                  const std::vector<std::string>& hosts,
                                                                  const KeyIssuer& issuer, WallTime now) {
  HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey key, crypto::PrivateKey::Generate(crypto::KeyType::kEcP256));
  RenewableTlsIdentity made(std::move(key), hosts, issuer);
  made.identity_.private_key_pem = made.key_.ToPem();
  made.identity_.folder = folder;
  HOLDFAST_RETURN_IF_ERROR(WriteFileAtomically(TlsKeyFile(folder), made.identity_.private_key_pem, 0600));
  HOLDFAST_RETURN_IF_ERROR(made.Renew(now));
  return made;
}

absl::Status RenewableTlsIdentity::Renew(WallTime now) {
  HOLDFAST_ASSIGN_OR_RETURN(std::string chain, issuer_->ListenerChain(key_, hosts_, now));
  HOLDFAST_RETURN_IF_ERROR(WriteFileAtomically(TlsChainFile(identity_.folder), chain));
  identity_.certificate_chain_pem = std::move(chain);
  return absl::OkStatus();
}

}  // namespace holdfast::server

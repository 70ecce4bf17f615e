// A server's private keys with what each is used for, and the folder or memory that keeps them.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/crypto/authority.h"
#include "base/crypto/keys.h"
#include "base/random.h"
#include "base/time.h"
#include "server/service/key_ring.h"

namespace holdfast::server {

struct ServerKeys {
  KeyRing ring;
  // By id, those that are not retired.
  std::map<std::string, crypto::Authority> authorities;
  std::map<std::string, crypto::PrivateKey> policy;   // Ed25519
  std::map<std::string, std::string> retired_ca_pem;  // by id
  crypto::PrivateKey report;                          // Ed25519

  // All new.
  static absl::StatusOr<ServerKeys> Generate(WallTime now, RandomSource& random);
  // Of these keys, each the first of its kind.
  static absl::StatusOr<ServerKeys> Of(crypto::Authority authority, crypto::PrivateKey policy,
                                       crypto::PrivateKey report, ServerTime now);

  const crypto::Authority& authority(KeyState state) const;  // there must be one
  // The listeners' certificate is by it: the one that every enrolled device trusts.
  const crypto::Authority& showing() const;
};

std::string AuthorityId(const crypto::Authority& authority);

class KeyVault {
 public:
  virtual ~KeyVault() = default;
  // Durable when it returns OK; after an error the next start finds what was saved before, or this.
  virtual absl::Status Save(const ServerKeys& keys) = 0;
};

}  // namespace holdfast::server

// What the listeners prove themselves with.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "base/time.h"
#include "server/app/key_issuer.h"
#include "server/rpc/listener.h"

namespace holdfast::server {

// One that stays as it is: nothing to keep, nothing to renew.
absl::StatusOr<TlsIdentity> NewTlsIdentity(const crypto::Authority& authority,
                                           const std::vector<std::string>& hosts, WallTime now,
                                           RandomSource& random);

// One in a folder where the listeners look for a new certificate. The key is made anew at each start and
// stays as long as the process runs, so that replacing the one file with the certificates replaces all; a
// changed list of host names takes effect with the next start.
class RenewableTlsIdentity {
 public:
  // The issuer must outlive it.
  static absl::StatusOr<RenewableTlsIdentity> Create(const std::string& folder,
                                                     const std::vector<std::string>& hosts,
                                                     const KeyIssuer& issuer, WallTime now);
  // Certificates by the authorities as they are now.
  absl::Status Renew(WallTime now);
  const TlsIdentity& identity() const { return identity_; }

 private:
  RenewableTlsIdentity(crypto::PrivateKey key, std::vector<std::string> hosts, const KeyIssuer& issuer)
      : key_(std::move(key)), hosts_(std::move(hosts)), issuer_(&issuer) {}
  crypto::PrivateKey key_;
  std::vector<std::string> hosts_;
  const KeyIssuer* issuer_;
  TlsIdentity identity_;
};

}  // namespace holdfast::server

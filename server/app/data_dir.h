// A server's folder: owned by one running server at a time, closed to everybody else.
//   ca.pem ca.key        the authority          policy.key report.key   signing keys
//   policy.pub report.pub  their public halves in hex, to pin and to verify with
//   fleet.db             the store              admin-token             the first start's, for tools on this
//   host serving.json         where it serves now    lock                    held while it runs
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "base/random.h"
#include "base/time.h"
#include "server/app/key_issuer.h"

namespace holdfast::server {

class DataDir {
 public:
  // Makes the folder (0700) when there is none, and locks it. FAILED_PRECONDITION naming the other process
  // when a server runs on it already; PERMISSION_DENIED when it cannot be written.
  static absl::StatusOr<DataDir> Open(const std::string& path);
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&&) = delete;
  ~DataDir();

  // The keys of this folder; made when it is new. A folder with a database but without its keys is
  // FAILED_PRECONDITION: new keys would lock every enrolled device out.
  absl::StatusOr<ServerKeys> LoadOrCreateKeys(WallTime now, RandomSource& random) const;

  std::string database() const { return path_ + "/fleet.db"; }
  std::string ca_certificate() const { return path_ + "/ca.pem"; }
  std::string admin_token() const { return path_ + "/admin-token"; }
  std::string serving() const { return path_ + "/serving.json"; }

 private:
  DataDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  bool Has(const std::string& name) const;
  absl::StatusOr<crypto::PrivateKey> LoadOrCreateSigningKey(const std::string& name, bool may_create) const;

  std::string path_;
  int lock_ = -1;
};

}  // namespace holdfast::server

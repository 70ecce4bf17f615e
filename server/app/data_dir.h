// A server's folder: owned by one running server at a time, closed to everybody else.
//   keys                     which keys there are and what each is used for (server/service/key_ring.h)
//   ca-ID.pem ca-ID.key      an authority             policy-ID.key report.key   signing keys
//   ca.pem                   the authorities valid now, for tools to verify the server with
//   policy.pub report.pub    public halves in hex, to pin and to verify with; a line for each valid key
//   tls.key tls.pem          what the listeners prove themselves with in this run
//   fleet.db                 the store                admin-token                the first start's, for tools
//   on this host             serving.json             where it serves now        lock   held while it runs
// Folders of before `keys` have one authority in ca.pem and ca.key and one policy key in policy.key: Open
// takes them over.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "base/random.h"
#include "base/time.h"
#include "server/app/key_set.h"

namespace holdfast::server {

class DataDir final : public KeyVault {
 public:
  // Makes the folder (0700) when there is none, and locks it. FAILED_PRECONDITION naming the other process
  // when a server runs on it already; PERMISSION_DENIED when it cannot be written.
  static absl::StatusOr<DataDir> Open(const std::string& path);
  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&&) = delete;
  ~DataDir() override;

  // The keys of this folder; made when it is new. A folder with a database but without its keys is
  // FAILED_PRECONDITION: new keys would lock every enrolled device out.
  absl::StatusOr<ServerKeys> LoadOrCreateKeys(WallTime now, RandomSource& random);
  // The keys first, then `keys`, which decides; what nothing may use any more is destroyed after that.
  absl::Status Save(const ServerKeys& keys) override;

  std::string database() const { return path_ + "/fleet.db"; }
  const std::string& path() const { return path_; }
  std::string ca_certificate() const { return path_ + "/ca.pem"; }
  std::string admin_token() const { return path_ + "/admin-token"; }
  std::string serving() const { return path_ + "/serving.json"; }

 private:
  DataDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string File(absl::string_view name) const;
  bool Has(absl::string_view name) const;
  bool HasEarlierKeys() const;
  absl::StatusOr<crypto::PrivateKey> LoadPrivateKey(absl::string_view name) const;
  absl::StatusOr<ServerKeys> Load() const;
  absl::StatusOr<ServerKeys> LoadEarlier(WallTime now) const;
  absl::StatusOr<ServerKeys> LoadList() const;
  absl::StatusOr<ServerKeys> MakeList(WallTime now, RandomSource& random) const;
  absl::Status WritePrivateKeys(const ServerKeys& keys) const;
  absl::Status Commit(const ServerKeys& keys) const;
  absl::Status Publish(const ServerKeys& keys) const;
  void Destroy(const ServerKeys& keys) const;

  std::string path_;
  int lock_ = -1;
};

}  // namespace holdfast::server

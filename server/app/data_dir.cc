#include "server/app/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file.h"

namespace holdfast::server {
namespace {

absl::Status MakeFolder(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    const absl::Status failed = ErrnoStatus(errno, "making the data folder", path);
    return absl::Status(failed.code(),
                        absl::StrCat(failed.message(), "; make its parent, or name another with --data-dir"));
  }
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return ErrnoStatus(errno, "looking at", path);
  if (!S_ISDIR(info.st_mode))
    return absl::FailedPreconditionError(path + " is not a folder; name another with --data-dir");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::PermissionDeniedError(absl::StrCat(
        path, " holds private keys and can be reached by others than its owner: chmod 700 ", path));
  }
  return absl::OkStatus();
}

// Says who holds the lock, as far as the file tells.
absl::Status InUse(const std::string& path) {
  const absl::StatusOr<std::string> pid = ReadFile(path + "/lock", 64);
  return absl::FailedPreconditionError(absl::StrCat(
      "another holdfast-server", pid.ok() && !pid->empty() ? absl::StrCat(" (process ", *pid, ")") : "",
      " is running on ", path, ": stop it, or give this one a --data-dir of its own"));
}

absl::Status WritePublicHalf(const crypto::PrivateKey& key, const std::string& path) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string raw, key.RawPublic());
  return WriteFileAtomically(path, absl::BytesToHexString(raw) + "\n");
}

}  // namespace

absl::StatusOr<DataDir> DataDir::Open(const std::string& path) {
  HOLDFAST_RETURN_IF_ERROR(MakeFolder(path));
  const std::string lock_path = path + "/lock";
  const int fd = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return ErrnoStatus(errno, "opening", lock_path);
  DataDir dir(path, fd);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? InUse(path) : ErrnoStatus(errno, "locking", lock_path);
  }
  const std::string pid = absl::StrCat(getpid());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0) {
    return ErrnoStatus(errno, "writing", lock_path);
  }
  return dir;
}

DataDir::DataDir(DataDir&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

DataDir::~DataDir() {
  if (lock_ >= 0) close(lock_);
}

bool DataDir::Has(const std::string& name) const {
  return access(absl::StrCat(path_, "/", name).c_str(), F_OK) == 0;
}

absl::StatusOr<crypto::PrivateKey> DataDir::LoadOrCreateSigningKey(const std::string& name,
                                                                   bool may_create) const {
  const std::string path = absl::StrCat(path_, "/", name);
  if (!Has(name) && may_create) {
    HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey key,
                              crypto::PrivateKey::Generate(crypto::KeyType::kEd25519));
    HOLDFAST_RETURN_IF_ERROR(WriteFileAtomically(path, key.ToPem(), 0600));
    return key;
  }
  HOLDFAST_RETURN_IF_ERROR(CheckOwnerOnly(path));
  HOLDFAST_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  absl::StatusOr<crypto::PrivateKey> key = crypto::PrivateKey::FromPem(pem);
  return key.ok() ? key : Annotate(key.status(), absl::StrCat("loading ", path));
}

absl::StatusOr<ServerKeys> DataDir::LoadOrCreateKeys(WallTime now, RandomSource& random) const {
  const bool may_create = !Has("fleet.db");
  const std::string key_path = path_ + "/ca.key";
  if (!may_create && !(Has("ca.pem") && Has("ca.key") && Has("policy.key") && Has("report.key"))) {
    return absl::FailedPreconditionError(absl::StrCat(
        path_,
        " has a database but not all of ca.pem, ca.key, policy.key and report.key: restore them from the "
        "backup; new ones would lock every enrolled device out"));
  }
  if (!Has("ca.pem") && may_create) {
    HOLDFAST_ASSIGN_OR_RETURN(const crypto::Authority made,
                              crypto::Authority::Create("Holdfast authority", now, random));
    HOLDFAST_RETURN_IF_ERROR(made.Save(ca_certificate(), key_path));
  }
  HOLDFAST_ASSIGN_OR_RETURN(crypto::Authority authority, crypto::Authority::Load(ca_certificate(), key_path));
  HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey policy, LoadOrCreateSigningKey("policy.key", may_create));
  HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey report, LoadOrCreateSigningKey("report.key", may_create));
  HOLDFAST_RETURN_IF_ERROR(WritePublicHalf(policy, path_ + "/policy.pub"));
  HOLDFAST_RETURN_IF_ERROR(WritePublicHalf(report, path_ + "/report.pub"));
  return ServerKeys{std::move(authority), std::move(policy), std::move(report)};
}

}  // namespace holdfast::server

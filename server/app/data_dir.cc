#include "server/app/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
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

constexpr char kList[] = "keys";
constexpr char kReportKey[] = "report.key";

std::string CaFile(const std::string& id, absl::string_view suffix) {
  return absl::StrCat("ca-", id, suffix);
}

std::string PolicyFile(const std::string& id) {
  return absl::StrCat("policy-", id, ".key");
}

absl::StatusOr<std::string> PublicLine(const crypto::PrivateKey& key) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string raw, key.RawPublic());
  return absl::BytesToHexString(raw) + "\n";
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

std::string DataDir::File(absl::string_view name) const {
  return absl::StrCat(path_, "/", name);
}

bool DataDir::Has(absl::string_view name) const {
  return access(File(name).c_str(), F_OK) == 0;
}

bool DataDir::HasEarlierKeys() const {
  return Has("ca.pem") && Has("ca.key") && Has("policy.key") && Has(kReportKey);
}

absl::StatusOr<crypto::PrivateKey> DataDir::LoadPrivateKey(absl::string_view name) const {
  const std::string path = File(name);
  HOLDFAST_RETURN_IF_ERROR(CheckOwnerOnly(path));
  HOLDFAST_ASSIGN_OR_RETURN(const std::string pem, ReadFile(path));
  absl::StatusOr<crypto::PrivateKey> key = crypto::PrivateKey::FromPem(pem);
  return key.ok() ? key : Annotate(key.status(), absl::StrCat("loading ", path));
}

absl::StatusOr<ServerKeys> DataDir::LoadEarlier(WallTime now) const {
  HOLDFAST_ASSIGN_OR_RETURN(crypto::Authority authority,
                            crypto::Authority::Load(ca_certificate(), File("ca.key")));
  HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey policy, LoadPrivateKey("policy.key"));
  HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey report, LoadPrivateKey(kReportKey));
  return ServerKeys::Of(std::move(authority), std::move(policy), std::move(report), ServerTime{now.ns});
}

absl::StatusOr<ServerKeys> DataDir::Load() const {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string list, ReadFile(File(kList)));
  absl::StatusOr<KeyRing> ring = KeyRing::Decode(list);
  if (!ring.ok()) return Annotate(ring.status(), absl::StrCat("reading ", File(kList)));
  HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey report, LoadPrivateKey(kReportKey));
  ServerKeys keys{*std::move(ring), {}, {}, {}, std::move(report)};
  for (const RingKey& key : keys.ring.keys()) {
    const bool retired = key.state == KeyState::kRetired;
    if (key.kind == KeyKind::kPolicy) {
      if (retired) continue;
      HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey loaded, LoadPrivateKey(PolicyFile(key.id)));
      keys.policy.emplace(key.id, std::move(loaded));
    } else if (retired) {
      HOLDFAST_ASSIGN_OR_RETURN(keys.retired_ca_pem[key.id], ReadFile(File(CaFile(key.id, ".pem"))));
    } else {
      HOLDFAST_ASSIGN_OR_RETURN(
          crypto::Authority loaded,
          crypto::Authority::Load(File(CaFile(key.id, ".pem")), File(CaFile(key.id, ".key"))));
      keys.authorities.emplace(key.id, std::move(loaded));
    }
  }
  return keys;
}

absl::Status DataDir::WritePrivateKeys(const ServerKeys& keys) const {
  for (const auto& [id, authority] : keys.authorities) {
    // The certificate is written after its key: when it is there, both are.
    if (Has(CaFile(id, ".pem"))) continue;
    HOLDFAST_RETURN_IF_ERROR(authority.Save(File(CaFile(id, ".pem")), File(CaFile(id, ".key"))));
  }
  for (const auto& [id, key] : keys.policy) {
    if (Has(PolicyFile(id))) continue;
    HOLDFAST_RETURN_IF_ERROR(WriteFileAtomically(File(PolicyFile(id)), key.ToPem(), 0600));
  }
  if (Has(kReportKey)) return absl::OkStatus();
  return WriteFileAtomically(File(kReportKey), keys.report.ToPem(), 0600);
}

absl::Status DataDir::Publish(const ServerKeys& keys) const {
  std::string authorities, policy;
  for (const RingKey& key : keys.ring.Valid(KeyKind::kAuthority)) {
    authorities += keys.authorities.at(key.id).certificate_pem();
  }
  for (const RingKey& key : keys.ring.Valid(KeyKind::kPolicy)) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::string line, PublicLine(keys.policy.at(key.id)));
    policy += line;
  }
  HOLDFAST_ASSIGN_OR_RETURN(const std::string report, PublicLine(keys.report));
  HOLDFAST_RETURN_IF_ERROR(WriteFileAtomically(ca_certificate(), authorities));
  HOLDFAST_RETURN_IF_ERROR(WriteFileAtomically(File("policy.pub"), policy));
  return WriteFileAtomically(File("report.pub"), report);
}

// Only what the list says is retired, and what it has taken over: a key that it does not name may be the only
// copy of one that a backup's list names.
void DataDir::Destroy(const ServerKeys& keys) const {
  for (const RingKey& key : keys.ring.keys()) {
    const bool authority = key.kind == KeyKind::kAuthority;
    const std::string file = authority ? CaFile(key.id, ".key") : PolicyFile(key.id);
    const char* earlier = authority ? "ca.key" : "policy.key";
    const absl::StatusOr<std::string> theirs = ReadFile(File(earlier)), ours = ReadFile(File(file));
    if (theirs.ok() && ours.ok() && *theirs == *ours) unlink(File(earlier).c_str());
    if (key.state == KeyState::kRetired) unlink(File(file).c_str());
  }
}

absl::Status DataDir::Commit(const ServerKeys& keys) const {
  HOLDFAST_RETURN_IF_ERROR(WritePrivateKeys(keys));
  return WriteFileAtomically(File(kList), keys.ring.Encode(), 0600);
}

absl::Status DataDir::Save(const ServerKeys& keys) {
  HOLDFAST_RETURN_IF_ERROR(Commit(keys));
  // The step is made: what fails from here on is done by the next start.
  Publish(keys).IgnoreError();
  Destroy(keys);
  return absl::OkStatus();
}

absl::StatusOr<ServerKeys> DataDir::LoadList() const {
  absl::StatusOr<ServerKeys> keys = Load();
  if (keys.ok()) return keys;
  return absl::FailedPreconditionError(
      absl::StrCat(keys.status().message(), "; the list of keys in ", path_,
                   " is damaged or names what is not there: restore the folder from its backup"));
}

absl::StatusOr<ServerKeys> DataDir::MakeList(WallTime now, RandomSource& random) const {
  if (Has("fleet.db") && !HasEarlierKeys()) {
    return absl::FailedPreconditionError(absl::StrCat(
        path_,
        " has a database but no list of its keys, nor all of ca.pem, ca.key, policy.key and "
        "report.key: restore them from the backup; new ones would lock every enrolled device out"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(ServerKeys keys,
                            HasEarlierKeys() ? LoadEarlier(now) : ServerKeys::Generate(now, random));
  HOLDFAST_RETURN_IF_ERROR(Commit(keys));
  return keys;
}

absl::StatusOr<ServerKeys> DataDir::LoadOrCreateKeys(WallTime now, RandomSource& random) {
  HOLDFAST_ASSIGN_OR_RETURN(ServerKeys keys, Has(kList) ? LoadList() : MakeList(now, random));
  HOLDFAST_RETURN_IF_ERROR(Publish(keys));
  Destroy(keys);
  return keys;
}

}  // namespace holdfast::server

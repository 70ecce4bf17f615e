#include "agent/platform/posix/state_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file.h"

namespace holdfast::platform {

absl::StatusOr<StateDirectory> StateDirectory::Open(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    const int error = errno;
    const absl::Status failed = ErrnoStatus(error, "the state folder: making", path);
    const absl::string_view remedy = error == EACCES ? "run as root" : "make its parent";
    return absl::Status(failed.code(),
                        absl::StrCat(failed.message(), "; ", remedy, ", or name another with --state-dir"));
  }
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0) return ErrnoStatus(errno, "looking at", path);
  if (!S_ISDIR(found.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the state folder: ", path, " is not a folder; name another with --state-dir"));
  }
  if (access(path.c_str(), R_OK | W_OK | X_OK) != 0) {
    return absl::PermissionDeniedError(
        absl::StrCat("the state folder: ", path,
                     " is not writable for this user; run as root or name another "
                     "with --state-dir"));
  }
  if (found.st_uid != geteuid() || (found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the state folder: ", path, " must belong to uid ", geteuid(),
        " and be writable by nobody else: anybody who can write there could replace identity and policy. Use "
        "chown and chmod go-w, or name another with --state-dir"));
  }
  return StateDirectory(path);
}

absl::StatusOr<std::optional<std::string>> StateDirectory::Read(const std::string& name) const {
  absl::StatusOr<std::string> bytes = ReadFile(PathOf(name));
  if (absl::IsNotFound(bytes.status())) return std::optional<std::string>();
  if (!bytes.ok()) return bytes.status();
  return std::optional<std::string>(*std::move(bytes));
}

absl::Status StateDirectory::Write(const std::string& name, const std::string& bytes) {
  return WriteFileAtomically(PathOf(name), bytes, 0600);
}

absl::Status StateDirectory::Remove(const std::string& name) {
  const std::string path = PathOf(name);
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return absl::OkStatus();
  return ErrnoStatus(errno, "removing", path);
}

}  // namespace holdfast::platform

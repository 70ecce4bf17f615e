#include "agent/control/socket_file.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/unix_socket.h"

namespace holdfast::control {
namespace {

constexpr int kBacklog = 16;
constexpr mode_t kEverybodyMayConnect = 0666;  // what they may do is decided per request

constexpr mode_t kEverybodyMayEnter = 0755;

// A folder of its own, below /var/run, is gone after each boot.
void MakeFolder(const std::string& folder) {
  // The umask may have taken rights away from what was just made; an existing folder keeps what it has.
  if (mkdir(folder.c_str(), kEverybodyMayEnter) == 0) chmod(folder.c_str(), kEverybodyMayEnter);
}

absl::Status CheckFolder(const std::string& folder) {
  struct stat info{};
  if (lstat(folder.c_str(), &info) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("control socket: folder ", folder, ": ", std::strerror(errno),
                     "; create its parent, or name another place with --socket"));
  }
  if (!S_ISDIR(info.st_mode) || info.st_uid != geteuid() || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "control socket: ", folder, " must be a folder that belongs to uid ", geteuid(),
        " and is writable by nobody else: anybody who can write there could pose as the daemon. Use "
        "chown and chmod go-w"));
  }
  return absl::OkStatus();
}

// Removes a socket that nobody answers on.
absl::Status RemoveStale(const std::string& path, const sockaddr_un& address) {
  struct stat info{};
  if (lstat(path.c_str(), &info) != 0) return absl::OkStatus();
  if (!S_ISSOCK(info.st_mode)) {
    return absl::FailedPreconditionError(
        absl::StrCat("control socket: ", path, " exists and is not a socket; move it away"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const int fd, UnixSocket());
  const absl::Cleanup close_it = [fd] { close(fd); };
  const bool answered = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (answered || errno == EAGAIN) {  // EAGAIN: its queue is full, so somebody has it open
    return absl::FailedPreconditionError(
        absl::StrCat("control socket: another daemon answers on ", path, "; stop it first"));
  }
  if (errno != ECONNREFUSED || unlink(path.c_str()) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("control socket: cannot replace ", path, ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SocketFile> SocketFile::Listen(const std::string& path) {
  HOLDFAST_ASSIGN_OR_RETURN(const sockaddr_un address, UnixAddress(path));
  const std::string folder = std::filesystem::path(path).parent_path().string();
  MakeFolder(folder);
  HOLDFAST_RETURN_IF_ERROR(CheckFolder(folder));
  HOLDFAST_RETURN_IF_ERROR(RemoveStale(path, address));
  HOLDFAST_ASSIGN_OR_RETURN(const int fd, UnixSocket());
  SocketFile file(path, fd);
  // Between bind and chmod the mode is what umask leaves: less than what is meant, never more.
  struct stat info{};
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      lstat(path.c_str(), &info) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("control socket: bind ", path, ": ", std::strerror(errno)));
  }
  file.device_ = info.st_dev;
  file.inode_ = info.st_ino;
  if (chmod(path.c_str(), kEverybodyMayConnect) != 0 || listen(fd, kBacklog) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("control socket: listen on ", path, ": ", std::strerror(errno)));
  }
  return file;
}

SocketFile::~SocketFile() {
  if (fd_ < 0) return;
  struct stat info{};
  const bool ours =
      inode_ != 0 && lstat(path_.c_str(), &info) == 0 && info.st_dev == device_ && info.st_ino == inode_;
  if (ours) unlink(path_.c_str());
  close(fd_);
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(other.fd_), device_(other.device_), inode_(other.inode_) {
  other.fd_ = -1;
}

}  // namespace holdfast::control

// The socket file: made with safe permissions, and never taken from a daemon that still answers.
#pragma once

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"

namespace holdfast::control {

// A listening, non-blocking Unix socket. Removes its file in the destructor, unless another has taken its
// place.
class SocketFile {
 public:
  // The folder is made, for everybody to enter, when only it is missing. It must belong to this process's
  // user (root) and be writable by nobody else, so that nobody else can put a socket there.
  // FAILED_PRECONDITION when it is not, when `path` is no socket, or when somebody answers on it.
  static absl::StatusOr<SocketFile> Listen(const std::string& path);
  ~SocketFile();
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&&) = delete;

  int fd() const { return fd_; }

 private:
  SocketFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::string path_;
  int fd_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace holdfast::control

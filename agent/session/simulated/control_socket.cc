#include "agent/session/simulated/control_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/unix_socket.h"

namespace holdfast::session {
namespace {

constexpr size_t kMaxLine = 4096;
constexpr size_t kMaxPeers = 16;
#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
#else
constexpr int kSendFlags = 0;  // a Mac: SO_NOSIGPIPE is set instead
#endif

absl::Status Failed(const std::string& path, absl::string_view what) {
  return absl::UnavailableError(
      absl::StrCat("opening the simulation's control socket '", path, "': ", what, ": ", strerror(errno),
                   "; its folder must exist and be writable, or choose another path (--sim-control)"));
}

void Prepare(int fd) {
  fcntl(fd, F_SETFL, O_NONBLOCK);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
#ifdef SO_NOSIGPIPE
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
}

// Removes a socket file that nobody listens at.
absl::Status ClearStale(const std::string& path, const sockaddr_un& address) {
  struct stat info{};
  if (lstat(path.c_str(), &info) != 0) return absl::OkStatus();
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  const bool served = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  if (served || !S_ISSOCK(info.st_mode)) {
    return absl::AlreadyExistsError(absl::StrCat(
        "opening the simulation's control socket '", path,
        "': ", served ? "another program serves it; stop that one" : "something else stands there; remove it",
        " or choose another path"));
  }
  unlink(path.c_str());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<ControlSocket>> ControlSocket::Open(const std::string& path,
                                                                   PollExecutor& executor, Execute execute) {
  HOLDFAST_ASSIGN_OR_RETURN(const sockaddr_un address, UnixAddress(path));
  HOLDFAST_RETURN_IF_ERROR(ClearStale(path, address));
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0) return Failed(path, "socket");
  Prepare(fd);
  // Set before it can be connected to.
  const mode_t before = umask(0177);
  const int bound = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  umask(before);
  if (bound != 0 || listen(fd, 8) != 0) {
    const absl::Status status = Failed(path, bound != 0 ? "bind" : "listen");
    close(fd);
    return status;
  }
  return std::unique_ptr<ControlSocket>(new ControlSocket(path, fd, executor, std::move(execute)));
}

ControlSocket::ControlSocket(std::string path, int fd, PollExecutor& executor, Execute execute)
    : path_(std::move(path)), listener_(fd), executor_(executor), execute_(std::move(execute)) {
  executor_.Watch(listener_, POLLIN, [this](short) { Accept(); });
}

ControlSocket::~ControlSocket() {
  while (!peers_.empty()) Drop(peers_.begin()->first);
  executor_.Unwatch(listener_);
  close(listener_);
  unlink(path_.c_str());
}

void ControlSocket::Accept() {
  const int fd = accept(listener_, nullptr, nullptr);
  if (fd < 0) return;
  if (peers_.size() >= kMaxPeers) {
    close(fd);
    return;
  }
  Prepare(fd);
  peers_[fd];
  executor_.Watch(fd, POLLIN, [this, fd](short) { Serve(fd); });
}

void ControlSocket::Serve(int fd) {
  char bytes[1024];
  const ssize_t count = read(fd, bytes, sizeof bytes);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  std::string& received = peers_[fd];
  if (count > 0) received.append(bytes, static_cast<size_t>(count));
  if (count <= 0 || !AnswerLines(fd, received)) Drop(fd);
}

bool ControlSocket::AnswerLines(int fd, std::string& received) {
  size_t end = 0;
  while ((end = received.find('\n')) != std::string::npos) {
    const std::string answer = execute_(received.substr(0, end)) + "\n";
    received.erase(0, end + 1);
    // An answer is far shorter than a socket's buffer: what does not fit was not read for long.
    if (send(fd, answer.data(), answer.size(), kSendFlags) != static_cast<ssize_t>(answer.size()))
      return false;
  }
  return received.size() <= kMaxLine;
}

void ControlSocket::Drop(int fd) {
  executor_.Unwatch(fd);
  close(fd);
  peers_.erase(fd);
}

}  // namespace holdfast::session

#include "agent/session/vici/channel.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/unix_socket.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

namespace holdfast::vici {

absl::StatusOr<std::unique_ptr<Channel>> Channel::Open(PollExecutor& executor, const std::string& path,
                                                       Callbacks callbacks) {
  HOLDFAST_ASSIGN_OR_RETURN(const sockaddr_un address, UnixAddress(path));
  HOLDFAST_ASSIGN_OR_RETURN(const int fd, UnixSocket());
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    close(fd);
    return absl::UnavailableError(absl::StrCat("VICI socket ", path, ": ", std::strerror(error),
                                               "; is charon running with the vici plugin on that path?"));
  }
  return std::unique_ptr<Channel>(new Channel(executor, fd, std::move(callbacks)));
}

Channel::Channel(PollExecutor& executor, int fd, Callbacks callbacks)
    : executor_(executor), fd_(fd), callbacks_(std::move(callbacks)) {
  Watch();
}

Channel::~Channel() {
  if (!closed_) executor_.Unwatch(fd_);
  close(fd_);
}

absl::Status Channel::Send(const Packet& packet) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string bytes, Encode(packet));
  out_ += bytes;
  if (!closed_) Watch();
  return absl::OkStatus();
}

void Channel::Watch() {
  const short events = out_.empty() ? POLLIN : POLLIN | POLLOUT;
  executor_.Watch(fd_, events, [this](short ready) { Ready(ready); });
}

void Channel::Ready(short events) {
  if ((events & POLLOUT) != 0 && !out_.empty()) Flush();
  if (!closed_ && (events & ~POLLOUT) != 0) Receive();
}

void Channel::Flush() {
  const ssize_t n = send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN && errno != EINTR) {
    return Close(absl::UnavailableError(absl::StrCat("VICI: charon hung up: ", std::strerror(errno))));
  }
  if (n > 0) out_.erase(0, static_cast<size_t>(n));
  Watch();
}

void Channel::Receive() {
  char bytes[16384];
  const ssize_t n = recv(fd_, bytes, sizeof bytes, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return Close(absl::UnavailableError("VICI: charon closed the connection"));
  in_.Append({bytes, static_cast<size_t>(n)});
  while (!closed_) {
    absl::StatusOr<std::optional<Packet>> packet = in_.Next();
    if (!packet.ok()) return Close(packet.status());
    if (!packet->has_value()) return;
    callbacks_.packet(**std::move(packet));
  }
}

void Channel::Close(absl::Status status) {
  closed_ = true;
  executor_.Unwatch(fd_);
  executor_.Post(
      lifetime_.Guard([closed = callbacks_.closed, status = std::move(status)] { closed(status); }));
}

}  // namespace holdfast::vici

#include "agent/control/client.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/error.h"
#include "base/unix_socket.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

namespace holdfast::control {
namespace {

absl::Status WaitFor(int fd, short events, absl::Time deadline) {
  while (true) {
    const absl::Duration left = deadline - absl::Now();
    pollfd one{fd, events, 0};
    const int ready = left <= absl::ZeroDuration()
                          ? 0
                          : poll(&one, 1, static_cast<int>(absl::ToInt64Milliseconds(left) + 1));
    if (ready > 0) return absl::OkStatus();
    if (ready == 0) {
      return absl::DeadlineExceededError(
          "the daemon took the request and did not answer in time; it may hang");
    }
    if (errno != EINTR) return absl::InternalError(absl::StrCat("poll: ", std::strerror(errno)));
  }
}

constexpr char kStartIt[] = "start it, or say where it runs with --state-dir or --socket";

absl::Status ConnectError(const std::string& path, int error) {
  const std::string what = absl::StrCat("cannot reach holdfastd on ", path, ": ");
  if (error == EACCES || error == EPERM) {
    return absl::PermissionDeniedError(
        absl::StrCat(what, "this user may not enter its folder; ask as root (sudo)"));
  }
  if (error == ENOENT) {
    return absl::UnavailableError(
        absl::StrCat(what, "there is no socket, so it does not run there; ", kStartIt));
  }
  if (error == ECONNREFUSED) {
    return absl::UnavailableError(absl::StrCat(what, "nobody answers, so it does not run; ", kStartIt));
  }
  return absl::UnavailableError(absl::StrCat(what, std::strerror(error), "; ", kStartIt));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ControlClient>> ControlClient::Connect(const std::string& socket_path) {
  HOLDFAST_ASSIGN_OR_RETURN(const sockaddr_un address, UnixAddress(socket_path));
  HOLDFAST_ASSIGN_OR_RETURN(const int fd, UnixSocket());
  std::unique_ptr<ControlClient> client(new ControlClient(fd));
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return ConnectError(socket_path, errno);
  }
  return client;
}

ControlClient::~ControlClient() {
  close(fd_);
}

absl::StatusOr<v1::ControlResponse> ControlClient::Call(const v1::ControlRequest& request,
                                                        absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  const absl::Status sent = Send(EncodeFrame(request.SerializeAsString()), deadline);
  // A daemon that refuses a client answers before it reads anything, so an answer may be there even so.
  if (!sent.ok() && !absl::IsUnavailable(sent)) return sent;
  absl::StatusOr<std::string> message = Receive(deadline);
  if (!message.ok()) return message.status();
  v1::ControlResponse response;
  if (!response.ParseFromString(*message)) {
    return absl::DataLossError(
        "the daemon's answer is not a ControlResponse: versions of daemon and program differ");
  }
  if (response.code() != 0)
    return absl::Status(static_cast<absl::StatusCode>(response.code()), response.error());
  return response;
}

absl::Status ControlClient::Send(absl::string_view bytes, absl::Time deadline) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) {
      bytes.remove_prefix(static_cast<size_t>(n));
    } else if (errno == EAGAIN) {
      HOLDFAST_RETURN_IF_ERROR(WaitFor(fd_, POLLOUT, deadline));
    } else if (errno != EINTR) {
      return absl::UnavailableError(absl::StrCat("asking the daemon: ", std::strerror(errno)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ControlClient::Receive(absl::Time deadline) {
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(std::optional<std::string> message, in_.Next());
    if (message) return *std::move(message);
    HOLDFAST_RETURN_IF_ERROR(WaitFor(fd_, POLLIN, deadline));
    char bytes[16384];
    const ssize_t n = recv(fd_, bytes, sizeof bytes, 0);
    if (n > 0) {
      in_.Append({bytes, static_cast<size_t>(n)});
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      return absl::UnavailableError("the daemon closed the connection before it answered; try again");
    }
  }
}

}  // namespace holdfast::control

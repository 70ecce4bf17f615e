#include "agent/platform/posix/connection.h"

#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/xfrm.h>
#endif

#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::platform {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

absl::Status TimedOut() {
  return absl::DeadlineExceededError("Connection timed out");
}

absl::Status Failed(int code) {
  return absl::UnavailableError(std::strerror(code));
}

absl::StatusOr<Addresses> Resolve(const Endpoint& to, int type) {
  addrinfo hints = {};
  hints.ai_socktype = type;
  addrinfo* found = nullptr;
  const int code = getaddrinfo(to.host.c_str(), std::to_string(to.port).c_str(), &hints, &found);
  if (code != 0) return absl::UnavailableError(absl::StrCat("resolving ", to.host, ": ", gai_strerror(code)));
  return Addresses(found);
}

#if defined(__linux__)
// A policy of the socket's own that lets its packets pass in clear. A kernel without IPsec has none to pass.
absl::Status PassPolicies(int fd, int family) {
  for (const uint8_t direction : {XFRM_POLICY_OUT, XFRM_POLICY_IN}) {
    xfrm_userpolicy_info policy{};
    policy.action = XFRM_POLICY_ALLOW;
    policy.sel.family = static_cast<uint16_t>(family);
    policy.dir = direction;
    const int level = family == AF_INET6 ? static_cast<int>(IPPROTO_IPV6) : static_cast<int>(IPPROTO_IP);
    const int option = family == AF_INET6 ? IPV6_XFRM_POLICY : IP_XFRM_POLICY;
    if (setsockopt(fd, level, option, &policy, sizeof policy) == 0) continue;
    if (errno == ENOPROTOOPT || errno == EOPNOTSUPP || errno == ENOSYS) return absl::OkStatus();
    return absl::PermissionDeniedError(absl::StrCat("leaving past IPsec policies: ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

absl::Status LeaveBy(int fd, int family, const std::string& interface) {
  const auto size = static_cast<socklen_t>(interface.size());
  if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(), size) != 0) {
    return absl::PermissionDeniedError(absl::StrCat("leaving by ", interface, ": ", std::strerror(errno)));
  }
  return PassPolicies(fd, family);
}
#else
absl::Status LeaveBy(int fd, int family, const std::string& interface) {
  const unsigned index = if_nametoindex(interface.c_str());
  const int level = family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
  const int option = family == AF_INET6 ? IPV6_BOUND_IF : IP_BOUND_IF;
  if (index != 0 && setsockopt(fd, level, option, &index, sizeof index) == 0) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("leaving by ", interface, ": ", std::strerror(errno)));
}
#endif

int SocketFor(const addrinfo& address) {
  const int fd = socket(address.ai_family, address.ai_socktype, 0);
  if (fd < 0) return fd;
  fcntl(fd, F_SETFL, O_NONBLOCK);
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
}

}  // namespace

Deadline Deadline::In(absl::Duration left) {
  return Deadline(std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(left));
}

int Deadline::Milliseconds() const {
  const absl::Duration left = absl::FromChrono(at_ - std::chrono::steady_clock::now());
  if (left <= absl::ZeroDuration()) return 0;
  const int64_t ms = absl::ToInt64Milliseconds(left) + 1;
  return static_cast<int>(std::min<int64_t>(ms, std::numeric_limits<int>::max()));
}

absl::StatusOr<Connection> Connection::Open(const Endpoint& to, const Way& way, const Deadline& deadline) {
  HOLDFAST_ASSIGN_OR_RETURN(const Addresses addresses, Resolve(to, SOCK_STREAM));
  absl::Status last = absl::UnavailableError(absl::StrCat(to.host, " has no address"));
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    if (deadline.passed()) return TimedOut();
    Connection connection(SocketFor(*address));
    if (connection.fd_ < 0) return Failed(errno);
    if (!way.interface_name.empty()) {
      HOLDFAST_RETURN_IF_ERROR(LeaveBy(connection.fd_, address->ai_family, way.interface_name));
    }
    if (connect(connection.fd_, address->ai_addr, address->ai_addrlen) != 0 && errno != EINPROGRESS) {
      last = Failed(errno);
      continue;
    }
    HOLDFAST_RETURN_IF_ERROR(connection.Await(POLLOUT, deadline));
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(connection.fd_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == 0) return connection;
    last = Failed(error);
  }
  return last;
}

absl::StatusOr<Connection> Connection::OpenUdp(const Endpoint& to, const Deadline& deadline) {
  HOLDFAST_ASSIGN_OR_RETURN(const Addresses addresses, Resolve(to, SOCK_DGRAM));
  if (deadline.passed()) return TimedOut();
  Connection connection(SocketFor(*addresses));
  if (connection.fd_ < 0) return Failed(errno);
  if (connect(connection.fd_, addresses->ai_addr, addresses->ai_addrlen) != 0) return Failed(errno);
  return connection;
}

Connection::~Connection() {
  if (fd_ >= 0) close(fd_);
}

Connection::Connection(Connection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

absl::Status Connection::Await(short events, const Deadline& deadline) const {
  while (true) {
    pollfd waiting{fd_, events, 0};
    const int left = deadline.Milliseconds();
    if (left == 0) return TimedOut();
    const int ready = poll(&waiting, 1, left);
    if (ready > 0) return absl::OkStatus();
    if (ready < 0 && errno != EINTR) return Failed(errno);
  }
}

absl::Status Connection::Write(absl::string_view bytes, const Deadline& deadline) const {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), 0);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN) {
      HOLDFAST_RETURN_IF_ERROR(Await(POLLOUT, deadline));
    } else if (errno != EINTR) {
      return Failed(errno);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Connection::Read(size_t most, const Deadline& deadline) const {
  std::string bytes(most, '\0');
  while (true) {
    HOLDFAST_RETURN_IF_ERROR(Await(POLLIN, deadline));
    const ssize_t got = recv(fd_, bytes.data(), bytes.size(), 0);
    if (got >= 0) {
      bytes.resize(static_cast<size_t>(got));
      return bytes;
    }
    if (errno != EAGAIN && errno != EINTR) return Failed(errno);
  }
}

}  // namespace holdfast::platform

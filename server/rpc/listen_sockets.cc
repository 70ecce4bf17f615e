#include "server/rpc/listen_sockets.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/unix_socket.h"

namespace holdfast::server {
namespace {

// What the kernel holds for us while the acceptor is busy; it takes the smaller one of this and somaxconn.
constexpr int kBacklog = 4096;
// A peer that has not acknowledged what it was sent for so long is gone, as gRPC's own listener has it.
constexpr int kUnansweredMs = 20'000;
// Of a connection on which nothing is said: a Mac's heartbeat comes more often.
constexpr int kIdleSeconds = 300;
constexpr int kProbeSeconds = 30;

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  int family() const { return bytes.ss_family; }
  friend bool operator==(const Address& a, const Address& b) {
    return a.size == b.size && std::memcmp(&a.bytes, &b.bytes, a.size) == 0;
  }
};

absl::Status CannotListen(const Endpoint& listen, int error) {
  const absl::string_view remedy = error == EADDRINUSE      ? "; stop what listens there, or listen elsewhere"
                                   : error == EADDRNOTAVAIL ? "; give an address of this machine, or 0.0.0.0"
                                   : error == EACCES ? "; ports below 1024 need a privilege: listen elsewhere"
                                                     : "";
  const absl::Status why = absl::ErrnoToStatus(error, absl::StrCat("listening on ", listen.ToString()));
  return absl::FailedPreconditionError(absl::StrCat(why.message(), remedy));
}

absl::StatusOr<std::vector<Address>> Resolve(const Endpoint& listen) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(listen.host.c_str(), std::to_string(listen.port).c_str(), &hints, &found);
  if (failed != 0) {
    return absl::InvalidArgumentError(absl::StrCat("listening on ", listen.ToString(), ": ",
                                                   gai_strerror(failed),
                                                   "; give an address of this machine, or 0.0.0.0"));
  }
  const absl::Cleanup free_found = [found] { freeaddrinfo(found); };
  std::vector<Address> out;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    if (each->ai_family != AF_INET && each->ai_family != AF_INET6) continue;
    Address address;
    std::memcpy(&address.bytes, each->ai_addr, each->ai_addrlen);
    address.size = each->ai_addrlen;
    // A hosts file that names an address twice gives it twice.
    if (std::find(out.begin(), out.end(), address) == out.end()) out.push_back(address);
  }
  return out;
}

bool IsAny(const Address& address) {
  if (address.family() == AF_INET) {
    return reinterpret_cast<const sockaddr_in&>(address.bytes).sin_addr.s_addr == htonl(INADDR_ANY);
  }
  return IN6_IS_ADDR_UNSPECIFIED(&reinterpret_cast<const sockaddr_in6&>(address.bytes).sin6_addr);
}

Address Any6(uint16_t port) {
  Address out;
  auto& ipv6 = reinterpret_cast<sockaddr_in6&>(out.bytes);
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(port);
  out.size = sizeof(sockaddr_in6);
  return out;
}

void SetPort(Address& address, uint16_t port) {
  // The port lies at the same place in both.
  reinterpret_cast<sockaddr_in&>(address.bytes).sin_port = htons(port);
}

uint16_t PortOf(int fd) {
  Address bound;
  bound.size = sizeof bound.bytes;
  getsockname(fd, reinterpret_cast<sockaddr*>(&bound.bytes), &bound.size);
  return ntohs(reinterpret_cast<const sockaddr_in&>(bound.bytes).sin_port);
}

// A socket that listens, or minus errno. Accepted sockets inherit the options.
int ListenOn(const Address& address) {
  const int fd = socket(address.family(), SOCK_STREAM, 0);
  if (fd < 0) return -errno;
  Prepare(fd);
  const int on = 1;
  const int off = 0;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
#ifdef TCP_KEEPIDLE
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &kIdleSeconds, sizeof kIdleSeconds);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &kProbeSeconds, sizeof kProbeSeconds);
#endif
#ifdef TCP_USER_TIMEOUT
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUnansweredMs, sizeof kUnansweredMs);
#endif
  if (address.family() == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address.bytes), address.size) == 0 &&
      ::listen(fd, kBacklog) == 0) {
    return fd;
  }
  const int error = errno;
  close(fd);
  return -error;
}

bool MachineHasNone(int error) {
  return error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

}  // namespace

absl::StatusOr<ListenSockets> ListenSockets::Open(const Endpoint& listen) {
  HOLDFAST_ASSIGN_OR_RETURN(std::vector<Address> addresses, Resolve(listen));
  ListenSockets out;
  out.port_ = listen.port;
  if (!addresses.empty() && IsAny(addresses.front())) {
    const int both = ListenOn(Any6(listen.port));
    if (both < 0 && !MachineHasNone(-both)) return CannotListen(listen, -both);
    if (both >= 0) {
      out.fds_.push_back(both);
      addresses.clear();
    }
  }
  int error = EADDRNOTAVAIL;
  for (Address& address : addresses) {
    SetPort(address, out.port_);
    const int fd = ListenOn(address);
    if (fd >= 0) {
      out.fds_.push_back(fd);
      out.port_ = PortOf(fd);
      continue;
    }
    error = -fd;
    // A name may have an address that the machine lacks (::1 without IPv6); but a port that somebody else has
    // is never shared.
    if (!MachineHasNone(error)) return CannotListen(listen, error);
  }
  if (out.fds_.empty()) return CannotListen(listen, error);
  out.port_ = PortOf(out.fds_.front());
  return out;
}

ListenSockets::ListenSockets(ListenSockets&& other) noexcept
    : fds_(std::exchange(other.fds_, {})), port_(other.port_) {}

void ListenSockets::Close() {
  for (const int fd : fds_) close(fd);
  fds_.clear();
}

}  // namespace holdfast::server

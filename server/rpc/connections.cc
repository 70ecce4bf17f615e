#include "server/rpc/connections.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace holdfast::server {
namespace {

// Looking at every descriptor takes milliseconds when there are ten thousand: not for each connection of a
// flood.
constexpr absl::Duration kLookAgain = absl::Milliseconds(100);

AddressBytes BytesOf(const sockaddr_storage& address) {
  in6_addr ipv6{};
  if (address.ss_family == AF_INET6) {
    ipv6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  } else {
    ipv6.s6_addr[10] = ipv6.s6_addr[11] = 0xff;
    const in_addr& ipv4 = reinterpret_cast<const sockaddr_in&>(address).sin_addr;
    std::copy_n(reinterpret_cast<const uint8_t*>(&ipv4), sizeof ipv4, &ipv6.s6_addr[12]);
  }
  AddressBytes out;
  std::copy_n(ipv6.s6_addr, out.size(), out.begin());
  return out;
}

// As gRPC writes it: a mapped address as IPv4, a scope as its number.
std::string PeerText(const sockaddr_storage& address, const AddressBytes& bytes) {
  const int port = ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  in6_addr ipv6;
  std::copy(bytes.begin(), bytes.end(), ipv6.s6_addr);
  char text[INET6_ADDRSTRLEN] = {};
  if (IN6_IS_ADDR_V4MAPPED(&ipv6)) {
    inet_ntop(AF_INET, &ipv6.s6_addr[12], text, sizeof text);
    return absl::StrCat(text, ":", port);
  }
  inet_ntop(AF_INET6, &ipv6, text, sizeof text);
  const uint32_t scope = reinterpret_cast<const sockaddr_in6&>(address).sin6_scope_id;
  return scope == 0 ? absl::StrCat("[", text, "]:", port) : absl::StrCat("[", text, "%", scope, "]:", port);
}

}  // namespace

std::optional<Refusal> Connections::Admit(int fd, const sockaddr_storage& peer) {
  struct stat file{};
  fstat(fd, &file);
  const AddressBytes address = BytesOf(peer);
  const Source source(address);
  std::lock_guard lock(mutex_);
  const MonoTime now = clock_.Now().mono;
  if (now - looked_ >= kLookAgain && gate_.Crowded(source)) ForgetClosed();
  const Gate::Id id = ++last_;
  if (const std::optional<Refusal> refusal = gate_.Admit(id, source, now)) return refusal;
  std::string text = PeerText(peer, address);
  by_peer_.insert_or_assign(text, id);
  sockets_.emplace(id, Socket{fd, file.st_dev, file.st_ino, std::move(text)});
  return std::nullopt;
}

void Connections::Vouch(const std::string& peer, const std::string& identity) {
  std::lock_guard lock(mutex_);
  const auto it = by_peer_.find(peer);
  if (it != by_peer_.end()) gate_.Vouch(it->second, identity);
}

bool Connections::IsStill(int fd, const Socket& socket) {
  struct stat file{};
  return fstat(fd, &file) == 0 && file.st_ino == socket.inode && file.st_dev == socket.device;
}

void Connections::ForgetClosed() {
  looked_ = clock_.Now().mono;
  absl::erase_if(sockets_, [this](const auto& entry) {
    const auto& [id, socket] = entry;
    if (IsStill(socket.fd, socket)) return false;
    gate_.Ended(id);
    const auto named = by_peer_.find(socket.peer);
    if (named != by_peer_.end() && named->second == id) by_peer_.erase(named);
    return true;
  });
}

// gRPC may close the number at any moment and something else get it: only a descriptor of our own, looked at
// again, is sure to be the connection. gRPC sees its end and closes it.
void Connections::End(const Socket& socket) const {
  const int own = fcntl(socket.fd, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return;
  if (IsStill(own, socket)) shutdown(own, SHUT_RDWR);
  close(own);
}

void Connections::Sweep() {
  std::lock_guard lock(mutex_);
  ForgetClosed();
  for (const Gate::Id id : gate_.Overstayed(clock_.Now().mono)) {
    if (const auto it = sockets_.find(id); it != sockets_.end()) End(it->second);
  }
}

GateReport Connections::TakeReport() {
  std::lock_guard lock(mutex_);
  return gate_.TakeReport(clock_.Now().mono);
}

}  // namespace holdfast::server

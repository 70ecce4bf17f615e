#include "agent/platform/posix/network_source.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "base/sha256.h"

namespace holdfast::platform {
namespace {

// Routes change in bursts.
constexpr absl::Duration kSettle = absl::Milliseconds(100);

std::string ReadOrEmpty(const char* path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  return text.ok() ? *std::move(text) : std::string();
}

// Addresses of the interface as text, so that another network gives another id.
std::string AddressesOf(const std::string& interface) {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return "";
  std::string addresses;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || interface != entry->ifa_name) continue;
    char text[INET6_ADDRSTRLEN] = "";
    if (entry->ifa_addr->sa_family == AF_INET) {
      inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr, text, sizeof text);
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
      const in6_addr& address = reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr)->sin6_addr;
      if (!IN6_IS_ADDR_LINKLOCAL(&address)) inet_ntop(AF_INET6, &address, text, sizeof text);
    }
    if (*text != '\0') absl::StrAppend(&addresses, text, " ");
  }
  freeifaddrs(list);
  return addresses;
}

bool HasResolver() {
  for (absl::string_view line : absl::StrSplit(ReadOrEmpty("/etc/resolv.conf"), '\n')) {
    if (absl::StartsWith(line, "nameserver")) return true;
  }
  return false;
}

PathFacts ReadPath() {
  PathFacts path;
  path.interface_name = DefaultInterface(ReadOrEmpty("/proc/net/route"), ReadOrEmpty("/proc/net/ipv6_route"));
  if (path.interface_name.empty()) return path;
  const std::string addresses = AddressesOf(path.interface_name);
  path.satisfied = !addresses.empty();
  path.has_resolver = HasResolver();
  path.network_id = ToHex(Sha256(absl::StrCat(path.interface_name, " ", addresses))).substr(0, 16);
  return path;
}

struct Route {
  std::string interface;
  uint64_t metric = std::numeric_limits<uint64_t>::max();
};

void Prefer(Route& best, absl::string_view interface, uint64_t metric) {
  if (interface != "lo" && metric < best.metric) best = {std::string(interface), metric};
}

}  // namespace

std::string DefaultInterface(const std::string& ipv4_routes, const std::string& ipv6_routes) {
  Route best;
  for (absl::string_view line : absl::StrSplit(ipv4_routes, '\n')) {
    const std::vector<absl::string_view> field =
        absl::StrSplit(line, absl::ByAnyChar("\t "), absl::SkipEmpty());
    uint64_t metric = 0;
    if (field.size() < 8 || field[1] != "00000000" || field[7] != "00000000") continue;
    if (absl::SimpleAtoi(field[6], &metric)) Prefer(best, field[0], metric);
  }
  if (!best.interface.empty()) return best.interface;
  for (absl::string_view line : absl::StrSplit(ipv6_routes, '\n')) {
    const std::vector<absl::string_view> field = absl::StrSplit(line, ' ', absl::SkipEmpty());
    uint64_t metric = 0;
    if (field.size() < 10 || field[1] != "00" || field[0] != "00000000000000000000000000000000") continue;
    // An unreachable default route stands on lo with the highest metric.
    if (absl::SimpleHexAtoi(field[5], &metric)) Prefer(best, field[9], metric);
  }
  return best.interface;
}

NetworkSource::NetworkSource(PollExecutor& executor, const Clock& clock)
    : executor_(executor), clock_(clock), settle_(executor) {}

NetworkSource::~NetworkSource() {
  if (fd_ < 0) return;
  executor_.Unwatch(fd_);
  close(fd_);
}

absl::Status NetworkSource::Begin(signals::Listener* listener) {
  listener_ = listener;
  settle_.Set(clock_.Now().mono, [this] { Tell(); });
  fd_ = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  sockaddr_nl address = {};
  address.nl_family = AF_NETLINK;
  address.nl_groups =
      RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  if (fd_ < 0 || bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return ErrnoStatus(errno, "listening to", "the kernel's routes (rtnetlink)");
  }
  executor_.Watch(fd_, POLLIN, [this](short) { OnChange(); });
  return absl::OkStatus();
}

void NetworkSource::OnChange() {
  char bytes[8192];
  while (recv(fd_, bytes, sizeof bytes, 0) > 0) {
  }
  if (!settle_.pending()) settle_.Set(clock_.Now().mono + kSettle, [this] { Tell(); });
}

void NetworkSource::Tell() {
  const PathFacts path = ReadPath();
  if (!first_ && path == told_) return;
  if (std::exchange(first_, false)) listener_->OnConsoleUser(ConsoleUser{});
  told_ = path;
  listener_->OnPath(path);
}

}  // namespace holdfast::platform

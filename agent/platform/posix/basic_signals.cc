#include "agent/platform/posix/basic_signals.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/stat.h>

#include <cstring>
#include <map>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/platform/posix/resolv_conf.h"
#include "base/sha256.h"

namespace holdfast::platform {
namespace {

template <class Address>
std::string Masked(int family, Address address, const Address& mask) {
  auto* bytes = reinterpret_cast<uint8_t*>(&address);
  const auto* keep = reinterpret_cast<const uint8_t*>(&mask);
  for (size_t i = 0; i < sizeof address; ++i) bytes[i] &= keep[i];
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(family, &address, text, sizeof text);
  return text;
}

std::optional<InterfaceAddress> Read(const ifaddrs& entry) {
  if (entry.ifa_addr == nullptr || entry.ifa_netmask == nullptr || (entry.ifa_flags & IFF_UP) == 0) return {};
  InterfaceAddress address;
  address.name = entry.ifa_name;
  address.loopback = (entry.ifa_flags & IFF_LOOPBACK) != 0;
  address.point_to_point = (entry.ifa_flags & IFF_POINTOPOINT) != 0;
  if (entry.ifa_addr->sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in*>(entry.ifa_addr)->sin_addr;
    address.link_local = (ntohl(v4.s_addr) >> 16) == 0xA9FE;
    address.network = Masked(AF_INET, v4, reinterpret_cast<const sockaddr_in*>(entry.ifa_netmask)->sin_addr);
    return address;
  }
  if (entry.ifa_addr->sa_family != AF_INET6) return {};
  const auto& v6 = reinterpret_cast<const sockaddr_in6*>(entry.ifa_addr)->sin6_addr;
  address.link_local = IN6_IS_ADDR_LINKLOCAL(&v6);
  address.network = Masked(AF_INET6, v6, reinterpret_cast<const sockaddr_in6*>(entry.ifa_netmask)->sin6_addr);
  return address;
}

}  // namespace

std::vector<InterfaceAddress> ReadInterfaceAddresses() {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return {};
  const absl::Cleanup free_all = [all] { freeifaddrs(all); };
  std::vector<InterfaceAddress> addresses;
  for (const ifaddrs* entry = all; entry != nullptr; entry = entry->ifa_next) {
    if (auto address = Read(*entry)) addresses.push_back(*std::move(address));
  }
  return addresses;
}

PathFacts PathOf(const std::vector<InterfaceAddress>& addresses, bool has_resolver) {
  for (const InterfaceAddress& address : addresses) {
    if (address.loopback || address.point_to_point || address.link_local) continue;
    // Tunnels and the links between Apple's devices.
    if (absl::StartsWith(address.name, "utun") || absl::StartsWith(address.name, "awdl") ||
        absl::StartsWith(address.name, "llw") || absl::StartsWith(address.name, "bridge")) {
      continue;
    }
    const std::string where = absl::StrCat(address.name, " ", address.network);
    return {true, has_resolver, address.name, ToHex(Sha256(where)).substr(0, 16)};
  }
  return {};
}

std::vector<InterfaceFacts> InterfacesOf(const std::vector<InterfaceAddress>& addresses) {
  std::map<std::string, InterfaceFacts> by_name;
  for (const InterfaceAddress& address : addresses) {
    if (address.loopback) continue;
    InterfaceFacts& facts = by_name[address.name];
    facts.name = address.name;
    facts.up |= !address.link_local;
    facts.tunnel |= address.point_to_point;
  }
  std::vector<InterfaceFacts> all;
  for (const auto& [name, facts] : by_name) all.push_back(facts);
  return all;
}

ConsoleUser OwnerOf(const std::string& console) {
  struct stat found = {};
  if (stat(console.c_str(), &found) != 0 || found.st_uid == 0) return {};
  ConsoleUser user{true, static_cast<uint32_t>(found.st_uid), ""};
  passwd entry = {};
  passwd* known = nullptr;
  char buffer[4096];
  if (getpwuid_r(found.st_uid, &entry, buffer, sizeof buffer, &known) == 0 && known != nullptr) {
    user.name = known->pw_name;
  }
  return user;
}

BasicSignals::BasicSignals(Executor& executor, const Clock& clock, BasicSignalsOptions options)
    : executor_(executor), clock_(clock), options_(std::move(options)), look_(executor) {}

absl::Status BasicSignals::Begin(signals::Listener* listener) {
  listener_ = listener;
  executor_.Post(lifetime_.Guard([this] { Look(); }));
  return absl::OkStatus();
}

void BasicSignals::Look() {
  look_.Set(clock_.Now().mono + options_.look_every, [this] { Look(); });
  const PathFacts path =
      PathOf(options_.addresses(), !ReadResolvConf(options_.resolv_conf).addresses.empty());
  if (path_ != path) {
    path_ = path;
    listener_->OnPath(path);
  }
  const ConsoleUser user = OwnerOf(options_.console);
  if (user_ == user) return;
  user_ = user;
  listener_->OnConsoleUser(user);
}

}  // namespace holdfast::platform

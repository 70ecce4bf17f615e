// The machine's network path from rtnetlink messages. Pure: bytes in, facts out.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/facts.h"

namespace holdfast::platform {

// What the kernel's dumps and notifications about links, addresses and routes add up to.
class NetworkState {
 public:
  // One datagram of netlink messages. True in `dump_done` when it ended a dump. DATA_LOSS for bytes that are
  // not netlink messages; UNAVAILABLE when the kernel interrupted a dump: ask again.
  absl::Status Take(absl::string_view datagram, bool* dump_done);
  void Clear();

  // The path is satisfied when a default route of the main table leaves by an interface that is up, carries
  // and has a global address; the one with the lowest metric names it. Tunnels (no link-layer address) do not
  // count: a VPN must not vouch for the path below it.
  PathFacts Path() const;
  // All but loopback, by name.
  std::vector<InterfaceFacts> Interfaces() const;
  std::string NameOf(int interface) const;  // empty for an unknown index

 private:
  struct Link {
    std::string name;
    bool running = false;
    bool tunnel = false;
    bool loopback = false;
  };
  struct Route {
    uint32_t metric = 0;
    int interface = 0;
    std::string gateway;
    friend auto operator<=>(const Route&, const Route&) = default;
  };
  void TakeLink(absl::string_view payload, bool removed);
  void TakeAddress(absl::string_view payload, bool removed);
  void TakeRoute(absl::string_view payload, bool removed);

  std::map<int, Link> links_;
  std::map<int, std::set<std::string>> addresses_;
  std::set<Route> default_routes_;  // best first
};

}  // namespace holdfast::platform

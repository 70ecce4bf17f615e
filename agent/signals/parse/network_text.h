// What a Mac's network tools print: `route -n get HOST`, `netstat -rn -f inet`, `arp -an` and `scutil --dns`.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/facts.h"

namespace holdfast::parse {

struct RouteAnswer {
  std::string interface_name;  // empty: there is no route
  std::string gateway;         // empty: on the link
  friend bool operator==(const RouteAnswer&, const RouteAnswer&) = default;
};

// Never fails: a text that names no interface tells of no route, as the tool does by an error of its own.
RouteAnswer ReadRouteGet(absl::string_view text);

// The default routes of `netstat -rn`, as listed: the first is the one in use, others are each interface's
// own. Never fails: no table, no routes.
std::vector<RouteAnswer> ReadDefaultRoutes(absl::string_view text);

// The hardware address that `arp -an` has for an IP address on an interface, as "aa:bb:cc:dd:ee:ff"; empty
// when it has none.
std::string HardwareAddressOf(absl::string_view arp_text, const RouteAnswer& neighbour);

struct DnsConfiguration {
  std::vector<ResolverFacts> resolvers;     // asked for every name, in order; each once
  std::vector<std::string> search_domains;  // each once
};

// INVALID_ARGUMENT when nothing in it is of `scutil --dns`. The resolvers of one domain, of multicast and of
// one interface alone (the second list, "for scoped queries") are left out: they are not what every name is
// asked of.
absl::StatusOr<DnsConfiguration> ReadScutilDns(absl::string_view text);

}  // namespace holdfast::parse

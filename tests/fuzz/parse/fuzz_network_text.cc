// Any bytes as what `route -n get`, `netstat -rn`, `arp -an` and `scutil --dns` print: no crash, no gateway
// without an interface, whole hardware addresses, and each resolver once.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>

#include "agent/signals/parse/network_text.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto route = holdfast::parse::ReadRouteGet(text);
  if (route.interface_name.empty() && !route.gateway.empty()) std::abort();
  for (const auto& found : holdfast::parse::ReadDefaultRoutes(text)) {
    if (found.interface_name.empty() || found.gateway.empty()) std::abort();
    const std::string address = holdfast::parse::HardwareAddressOf(text, found);
    if (!address.empty() && address.size() != 17) std::abort();
  }
  const auto dns = holdfast::parse::ReadScutilDns(text);
  if (!dns.ok()) return 0;
  std::set<std::pair<std::string, std::string>> seen;
  for (const auto& resolver : dns->resolvers) {
    if (!seen.emplace(resolver.address, resolver.interface_name).second) std::abort();
  }
  return 0;
}

#include "sim/simulated_network.h"

#include <algorithm>

namespace holdfast::sim {
namespace {

constexpr char kOutside[] = "en0";

}  // namespace

NetworkFacts SimulatedNetwork::Facts(const PathFacts& path, const std::vector<Tunnel>& tunnels) const {
  NetworkFacts facts;
  facts.private_relay = false;
  facts.interfaces.push_back({kOutside, path.satisfied, false});
  if (path.satisfied) {
    facts.route_v4 = kOutside;
    facts.resolvers = {{"192.168.1.1", kOutside}};
  }
  for (const Tunnel& tunnel : tunnels) {
    facts.interfaces.push_back({tunnel.interface_name, true, true});
    if (!tunnel.full || !path.satisfied) continue;
    if (!route_beside_) facts.route_v4 = tunnel.interface_name;
    if (!resolver_beside_) facts.resolvers = {{"10.0.0.53", tunnel.interface_name}};
  }
  for (const auto& [name, up] : foreign_) facts.interfaces.push_back({name, up, true});
  std::sort(facts.interfaces.begin(), facts.interfaces.end(),
            [](const InterfaceFacts& a, const InterfaceFacts& b) { return a.name < b.name; });
  return facts;
}

PortalState SimulatedNetwork::PortalOn(const std::string& network) const {
  const auto found = portals_.find(network);
  return found == portals_.end() ? PortalState::kOpen : found->second;
}

void SimulatedNetwork::SetBeacon(const std::string& name, const std::string& network, bool answers) {
  if (answers) {
    beacons_.emplace(name, network);
  } else {
    beacons_.erase({name, network});
  }
}

bool SimulatedNetwork::BeaconAnswers(const std::string& name, const std::string& network) const {
  return beacons_.contains({name, network});
}

}  // namespace holdfast::sim

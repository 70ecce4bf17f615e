// What a simulated Mac's traffic meets: portals, beacons, and who took its routes. Values and rules only.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/facts.h"

namespace holdfast::sim {

class SimulatedNetwork {
 public:
  // A tunnel that is up, and whether it takes all traffic.
  struct Tunnel {
    std::string interface_name;
    bool full = true;
  };
  // Interfaces, routes and resolvers as they follow from the path and the tunnels that are up.
  NetworkFacts Facts(const PathFacts& path, const std::vector<Tunnel>& tunnels) const;

  // By network. Without a word about it, a network has no portal.
  void SetPortal(const std::string& network, PortalState state) { portals_[network] = state; }
  PortalState PortalOn(const std::string& network) const;
  void SetBeacon(const std::string& name, const std::string& network, bool answers);
  bool BeaconAnswers(const std::string& name, const std::string& network) const;

  // Traffic, or questions for names, leave beside the tunnels although these are up.
  void SetRouteBeside(bool beside) { route_beside_ = beside; }
  void SetResolverBeside(bool beside) { resolver_beside_ = beside; }
  // A tunnel outside Network Extension.
  void SetForeignTunnel(const std::string& interface_name, bool up) { foreign_[interface_name] = up; }

 private:
  std::map<std::string, PortalState> portals_;
  std::set<std::pair<std::string, std::string>> beacons_;
  bool route_beside_ = false;
  bool resolver_beside_ = false;
  std::map<std::string, bool> foreign_;
};

}  // namespace holdfast::sim

// Questions to the network: does the tunnel carry anything, is a portal in between, is this a trusted
// network. Called on the executor; each `done` is called once, there, within `timeout` plus scheduling, never
// from inside the call.
#pragma once

#include <functional>
#include <vector>

#include "core/event/event.h"
#include "core/policy/policy.h"

namespace holdfast::signals {

class Prober {
 public:
  virtual ~Prober() = default;
  // One liveness probe, as routes lead it: through the tunnel.
  virtual void Run(const Uuid& service, const Probe& probe, absl::Duration timeout,
                   std::function<void(ProbeResult)> done) = 0;
  // Asks all pages by the path's own interface, outside every tunnel. Open when one answers as known, captive
  // when two hosts answer otherwise and none as known.
  virtual void LookForPortal(const std::vector<PortalProbe>& probes, const PathFacts& path,
                             absl::Duration timeout, std::function<void(PortalFacts)> done) = 0;
  // Outside every tunnel too: a beacon that is reached through one proves nothing.
  virtual void AskBeacon(const TrustedNetwork& network, const PathFacts& path, absl::Duration timeout,
                         std::function<void(BeaconFacts)> done) = 0;
};

}  // namespace holdfast::signals

// Runs one liveness probe through the tunnel.
#pragma once

#include <functional>

#include "core/event/event.h"
#include "core/policy/policy.h"

namespace holdfast::signals {

class Prober {
 public:
  virtual ~Prober() = default;
  // Calls `done` once, on the executor, within `timeout` (plus scheduling). Called on the executor.
  virtual void Run(const Uuid& service, const Probe& probe, absl::Duration timeout,
                   std::function<void(ProbeResult)> done) = 0;
};

}  // namespace holdfast::signals

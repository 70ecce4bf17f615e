// What the rest of the Mac tells: network path, power, console user, the system around the sessions. Same
// thread contract as session::Backend.
#pragma once

#include "agent/session/session.h"
#include "core/facts.h"
#include "core/system_facts.h"

namespace holdfast::signals {

class Listener {
 public:
  virtual ~Listener() = default;
  virtual void OnPath(const PathFacts& path) = 0;
  // What carries traffic now, tunnels included.
  virtual void OnNetwork(const NetworkFacts& network) = 0;
  virtual void OnPower(PowerEvent event) = 0;
  virtual void OnConsoleUser(const ConsoleUser& user) = 0;
  // Not every source tells of these.
  virtual void OnSystem(const SystemFacts&) {}
  virtual void OnSelfCheck(const SelfCheck&) {}
  virtual void OnLogFinding(const LogFinding&) {}
  // Sources that cannot tell never call these.
  virtual void OnStartBurst(const StartBurst&) {}
  virtual void OnSetup(const SetupFacts&) {}
};

class Source {
 public:
  virtual ~Source() = default;
  // Delivers the current facts soon, then each change.
  virtual absl::Status Begin(Listener* listener) = 0;
};

}  // namespace holdfast::signals

// Who looks at a simulated Mac. Every call comes from the Mac's executor, never from inside a call of one of
// its methods.
#pragma once

#include <string>

#include "core/facts.h"
#include "core/system_facts.h"

namespace holdfast::sim {

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnSession(const SessionEvent& event) {}
  virtual void OnInstalled(const InstalledFacts& installed) {}
  virtual void OnManagerRestarted(const std::string& detail) {}
  virtual void OnPath(const PathFacts& path) {}
  virtual void OnNetwork(const NetworkFacts& network) {}
  virtual void OnPower(PowerEvent event) {}
  virtual void OnConsoleUser(const ConsoleUser& user) {}
  virtual void OnSystem(const SystemFacts& system) {}
  virtual void OnSelfCheck(const SelfCheck& check) {}
  virtual void OnLogFinding(const LogFinding& finding) {}
  virtual void OnStartBurst(const StartBurst& burst) {}
  virtual void OnSetup(const SetupFacts& setup) {}
};

}  // namespace holdfast::sim

// Network, power and console user of a simulated Mac.
#pragma once

#include "agent/signals/signals.h"
#include "sim/simulated_mac.h"

namespace holdfast::signals {

class SimulatedSignals final : public Source, private sim::Observer {
 public:
  // The Mac must outlive it.
  explicit SimulatedSignals(sim::SimulatedMac& mac) : mac_(mac) {}
  ~SimulatedSignals() override;
  SimulatedSignals(const SimulatedSignals&) = delete;
  SimulatedSignals& operator=(const SimulatedSignals&) = delete;

  absl::Status Begin(Listener* listener) override;

 private:
  void OnPath(const PathFacts& path) override { listener_->OnPath(path); }
  void OnNetwork(const NetworkFacts& network) override { listener_->OnNetwork(network); }
  void OnPower(PowerEvent event) override { listener_->OnPower(event); }
  void OnConsoleUser(const ConsoleUser& user) override { listener_->OnConsoleUser(user); }
  void OnSystem(const SystemFacts& system) override { listener_->OnSystem(system); }
  void OnSelfCheck(const SelfCheck& check) override { listener_->OnSelfCheck(check); }
  void OnLogFinding(const LogFinding& finding) override { listener_->OnLogFinding(finding); }
  void OnStartBurst(const StartBurst& burst) override { listener_->OnStartBurst(burst); }
  void OnSetup(const SetupFacts& setup) override { listener_->OnSetup(setup); }

  sim::SimulatedMac& mac_;
  Listener* listener_ = nullptr;
};

}  // namespace holdfast::signals

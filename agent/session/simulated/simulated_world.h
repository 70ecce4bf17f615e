// All that the agent needs to run on a simulated Mac: session back end, signals and prober on one Mac that
// lives a scenario, and a socket to play with it.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/session/simulated/control_socket.h"
#include "agent/session/simulated/simulated_backend.h"
#include "agent/signals/simulated/simulated_prober.h"
#include "agent/signals/simulated/simulated_signals.h"
#include "sim/log.h"
#include "sim/scenario/scenario.h"
#include "sim/skewed_clock.h"

namespace holdfast::session {

// Lives on the executor's thread.
class SimulatedWorld {
 public:
  struct Options {
    std::string scenario;        // path of a YAML file; empty: a Mac with nothing installed
    std::string control;         // path of the control socket; empty: none
    sim::LogSink log;            // nesessionmanager's lines; may be null
    sim::Player::Report report;  // of each step of the scenario; may be null
  };
  // `base` and `executor` must outlive it. The scenario's steps count from now on.
  static absl::StatusOr<std::unique_ptr<SimulatedWorld>> Open(const Options& options, const Clock& base,
                                                              PollExecutor& executor);

  // The Mac's clock: what the agent is to go by, because a scenario may move it.
  const Clock& clock() const { return clock_; }
  // As the scenario names the Mac; may be empty.
  const std::string& hostname() const { return hostname_; }
  sim::SimulatedMac& mac() { return *mac_; }
  SimulatedBackend& backend() { return backend_; }
  signals::SimulatedSignals& signals() { return signals_; }
  signals::SimulatedProber& prober() { return prober_; }

 private:
  SimulatedWorld(const sim::Scenario& scenario, const Options& options, const Clock& base,
                 PollExecutor& executor);

  sim::SkewedClock clock_;
  const std::string hostname_;
  std::unique_ptr<sim::SimulatedMac> mac_;
  SimulatedBackend backend_;
  signals::SimulatedSignals signals_;
  signals::SimulatedProber prober_;
  sim::CommandInterpreter interpreter_;
  sim::Player player_;
  std::unique_ptr<ControlSocket> control_;
};

}  // namespace holdfast::session

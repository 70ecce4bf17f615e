// All that the agent needs to run on a simulated Mac: session back end, signals and prober on one Mac that
// lives a scenario, and a socket to play with it.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/session/session.h"
#include "agent/session/simulated/control_socket.h"
#include "agent/signals/simulated/simulated_prober.h"
#include "agent/signals/simulated/simulated_signals.h"
#include "sim/darwin/darwin_mac.h"
#include "sim/log.h"
#include "sim/scenario/scenario.h"
#include "sim/scutil/simulated_scutil.h"
#include "sim/skewed_clock.h"

namespace holdfast::session {

// Lives on the executor's thread.
class SimulatedWorld {
 public:
  struct Options {
    std::string scenario;  // path of a YAML file; empty: a Mac with nothing installed
    std::string control;   // path of the control socket; empty: none
    // The simulated Mac's session library: sessions then go through the adapter that a Mac has. Empty: not.
    std::string session_library;
    // Not OK: the library must not be called, and why; the public interface is used instead, as on a Mac.
    absl::Status private_calls = absl::OkStatus();
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
  Backend& backend() { return *backend_; }
  signals::SimulatedSignals& signals() { return signals_; }
  signals::SimulatedProber& prober() { return prober_; }

 private:
  SimulatedWorld(const sim::Scenario& scenario, const Options& options, const Clock& base,
                 PollExecutor& executor);
  absl::Status UseLibrary(const std::string& path, PollExecutor& executor);
  void UseScutil(const absl::Status& why, PollExecutor& executor);

  sim::SkewedClock clock_;
  const std::string hostname_;
  std::unique_ptr<sim::SimulatedMac> mac_;
  std::unique_ptr<sim::DarwinMac> darwin_;                        // these two with a session library
  std::unique_ptr<sim::SimulatedConfigurations> configurations_;  // only
  std::unique_ptr<sim::SimulatedScutil> scutil_;                  // without the right to call it
  std::unique_ptr<Backend> backend_;
  signals::SimulatedSignals signals_;
  signals::SimulatedProber prober_;
  sim::CommandInterpreter interpreter_;
  sim::Player player_;
  std::unique_ptr<ControlSocket> control_;
};

}  // namespace holdfast::session

#include "agent/session/simulated/simulated_world.h"

#include <utility>

#include "base/error.h"

namespace holdfast::session {

absl::StatusOr<std::unique_ptr<SimulatedWorld>> SimulatedWorld::Open(const Options& options,
                                                                     const Clock& base,
                                                                     PollExecutor& executor) {
  sim::Scenario scenario;
  if (!options.scenario.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(scenario, sim::LoadScenario(options.scenario));
  }
  std::unique_ptr<SimulatedWorld> world(new SimulatedWorld(scenario, options, base, executor));
  if (options.control.empty()) return world;
  auto execute = [&interpreter = world->interpreter_](absl::string_view line) {
    return interpreter.Answer(line);
  };
  HOLDFAST_ASSIGN_OR_RETURN(world->control_, ControlSocket::Open(options.control, executor, execute));
  return world;
}

SimulatedWorld::SimulatedWorld(const sim::Scenario& scenario, const Options& options, const Clock& base,
                               PollExecutor& executor)
    : clock_(base),
      hostname_(scenario.hostname),
      mac_(sim::MakeMac(scenario, clock_, executor)),
      backend_(*mac_),
      signals_(*mac_),
      prober_(*mac_, clock_, executor),
      interpreter_(sim::Stage{*mac_, &clock_, scenario.folder}),
      player_(scenario, interpreter_, clock_, executor, options.report) {
  mac_->SetLog(options.log);
}

}  // namespace holdfast::session

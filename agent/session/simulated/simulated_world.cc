#include "agent/session/simulated/simulated_world.h"

#include <utility>

#include "agent/session/darwin/darwin_backend.h"
#include "agent/session/scutil/scutil_backend.h"
#include "agent/session/simulated/simulated_backend.h"
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
  if (!options.private_calls.ok()) {
    world->UseScutil(options.private_calls, executor);
  } else if (!options.session_library.empty()) {
    HOLDFAST_RETURN_IF_ERROR(world->UseLibrary(options.session_library, executor));
  }
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
      backend_(std::make_unique<SimulatedBackend>(*mac_)),
      signals_(*mac_),
      prober_(*mac_, clock_, executor),
      interpreter_(sim::Stage{*mac_, &clock_, scenario.folder}),
      player_(scenario, interpreter_, clock_, executor, options.report) {
  mac_->SetLog(options.log);
}

absl::Status SimulatedWorld::UseLibrary(const std::string& path, PollExecutor& executor) {
  HOLDFAST_ASSIGN_OR_RETURN(const sim::DarwinLibrary library, sim::DarwinLibrary::Open(path));
  darwin_ = std::make_unique<sim::DarwinMac>(*mac_, sim::Answers{}, /*seed=*/1, library);
  darwin_->Enter();
  HOLDFAST_ASSIGN_OR_RETURN(auto client, ne::Client::Make(std::make_shared<ne::Symbols>(darwin_->Symbols())));
  configurations_ = std::make_unique<sim::SimulatedConfigurations>(*mac_);
  backend_ = std::make_unique<DarwinBackend>(executor, clock_, std::move(client), *configurations_);
  return absl::OkStatus();
}

void SimulatedWorld::UseScutil(const absl::Status& why, PollExecutor& executor) {
  scutil_ = std::make_unique<sim::SimulatedScutil>(*mac_);
  auto run = [this](const std::vector<std::string>& arguments, absl::Duration, auto done) {
    scutil_->Run(arguments, std::move(done));
  };
  backend_ = std::make_unique<ScutilBackend>(executor, clock_, std::move(run),
                                             ScutilOptions{.why = std::string(why.message())});
}

}  // namespace holdfast::session

#include "core/engine/engine.h"

#include "absl/strings/str_cat.h"
#include "core/engine/binding.h"
#include "core/engine/checks/checks.h"
#include "core/engine/command.h"
#include "core/engine/compliance_action.h"
#include "core/engine/coverage.h"
#include "core/engine/graces.h"
#include "core/engine/guesses.h"
#include "core/engine/liveness.h"
#include "core/engine/overrides.h"
#include "core/engine/portal.h"
#include "core/engine/reachability.h"
#include "core/engine/recall.h"
#include "core/engine/requests.h"
#include "core/engine/session.h"
#include "core/engine/start_watch.h"
#include "core/engine/state.h"
#include "core/engine/surroundings.h"
#include "core/engine/suspension.h"
#include "core/engine/system.h"
#include "core/engine/trust.h"
#include "core/engine/verdict.h"
#include "core/engine/view.h"

namespace holdfast {
namespace engine {
namespace {

// One input to the function that knows it.
class Dispatch {
 public:
  Dispatch(Core& core, Turn& turn) : core_(core), turn_(turn) {}
  void operator()(const AgentStarted& e) { OnAgentStarted(core_, turn_, e); }
  void operator()(const AgentStopped& e) {
    turn_.Row(e);
    core_.stopped = true;
  }
  void operator()(const PolicyApplied& e) { OnPolicyApplied(core_, turn_, e); }
  void operator()(const PolicyRejected& e) { OnPolicyRejected(core_, turn_, e); }
  void operator()(const SessionEvent& e) { Deliver(core_, turn_, e); }
  void operator()(const PathFacts& e) { OnPath(core_, turn_, e); }
  void operator()(const PowerChanged& e) { OnPower(core_, turn_, e); }
  void operator()(const ConsoleUser& e) { OnConsoleUser(core_, turn_, e); }
  void operator()(const InstalledFacts& e) { OnInstalled(core_, turn_, e); }
  void operator()(const ProbeResult& e) {
    return e.service.IsNil() ? OnHostAnswer(core_, turn_, e) : OnProbeResult(core_, turn_, e);
  }
  void operator()(const SystemFacts& e) { OnSystem(core_, turn_, e); }
  void operator()(const ServerContact& e) { OnServerContact(core_, turn_, e); }
  void operator()(const LogFinding& e) { OnLogFinding(core_, turn_, e); }
  void operator()(const SelfCheck& e) { OnSelfCheck(core_, turn_, e); }
  void operator()(const NetworkFacts& e) { OnNetwork(core_, turn_, e); }
  void operator()(const PortalFacts& e) { OnPortal(core_, turn_, e); }
  void operator()(const BeaconFacts& e) { OnBeacon(core_, turn_, e); }
  void operator()(const RestartBrake& e) { OnRestartBrake(core_, turn_, e); }
  void operator()(const SessionManagerRestarted& e) { OnSessionManagerRestarted(core_, turn_, e); }
  void operator()(const UserRequest& e) {
    Bind(core_, turn_);
    OnUserRequest(core_, turn_, e);
  }
  void operator()(const StartBurst& e) { OnStartBurst(core_, turn_, e); }
  void operator()(const SetupFacts& e) { OnSetup(core_, turn_, e); }
  void operator()(const CommandAnswer& e) { OnCommandAnswer(core_, turn_, e); }
  void operator()(const IncidentReported& e) {
    if (e.open) {
      core_.incidents.Open(turn_, e.name, e.key, e.summary);
    } else {
      core_.incidents.Close(turn_, e.name, e.key, e.summary);
    }
  }
  void operator()(const TimerFired&) {}
  void operator()(const SuspensionOrdered& e) {
    Bind(core_, turn_);
    OnSuspensionOrdered(core_, turn_, e);
  }

 private:
  Core& core_;
  Turn& turn_;
};

// The first Step of a run. Its AgentStarted row comes before every other.
void Begin(Core& core, Turn& turn, const EngineInput& input) {
  if (std::exchange(core.begun, true)) return;
  if (const auto* started = std::get_if<AgentStarted>(&input)) {
    turn.Row(*started);
    if (started->last_alive) core.recalled.boots.Note(*started->last_alive);
  }
  UseRecalled(core, turn);
}

// What the facts ask for now, whichever input brought them.
void Reconcile(Core& core, Turn& turn) {
  Bind(core, turn);
  ExpireOverrides(core, turn);
  ReviewGuesses(core, turn);
  RunReachability(core, turn);
  ForgetLogFindings(core, turn);
  RunTrust(core, turn);
  ReviewWindows(core, turn);
  for (auto& [id, service] : core.services) Advance(core, turn, service);
  // What one member of a group did changes whose turn it is.
  for (const auto& [group, members] : core.groups) {
    for (const Uuid& id : members) Advance(core, turn, core.services.at(id));
  }
  RunPortal(core, turn);  // what the services just met may make it suspect
  if (const auto grace = ActiveGrace(core, turn.mono())) turn.WakeAt(grace->until);
  if (!SetupHolds(core)) ReviewChecks(core, turn);
  Judge(core, turn);
  ReviewComplianceAction(core, turn);
}

}  // namespace

Service& FindOrAdd(Core& core, const Uuid& id) {
  auto [it, fresh] = core.services.try_emplace(id);
  if (fresh) {
    it->second.facts.id = id;
    it->second.id_text = id.ToString();
    it->second.delivered.service = id;
    for (const MonoTime at : core.assumed_attempts) it->second.attempts.Spend(at);
  }
  return it->second;
}

}  // namespace engine

struct Engine::State {
  engine::Core core;
};

Engine::Engine(uint64_t seed) : state_(std::make_unique<State>()) {
  state_->core.random.state = seed;
}
Engine::~Engine() = default;
Engine::Engine(const Engine& other) : state_(std::make_unique<State>(*other.state_)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

void Engine::Recall(const Stamp& at, uint64_t seq, const Event& event) {
  engine::Recall(state_->core, at, seq, event);
}

std::vector<Effect> Engine::Step(const Stamp& now, const EngineInput& input) {
  engine::Core& core = state_->core;
  engine::Turn turn(now);
  if (core.stopped) return {};
  engine::Begin(core, turn, input);
  engine::WatchClock(core, turn);
  std::visit(engine::Dispatch(core, turn), input);
  if (!core.stopped) engine::Reconcile(core, turn);
  core.deadline = turn.deadline();
  return turn.TakeEffects();
}

std::optional<MonoTime> Engine::NextDeadline() const {
  return state_->core.deadline;
}

EngineView Engine::View(const Stamp& now) const {
  return engine::MakeView(state_->core, now);
}

}  // namespace holdfast

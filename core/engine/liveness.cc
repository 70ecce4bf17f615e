#include "core/engine/liveness.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/engine/command.h"
#include "core/engine/gate.h"

namespace holdfast::engine {
namespace {

constexpr absl::string_view kInbound = "inbound";

bool MayRestart(const Core& core) {
  return core.policy->liveness.action == LivenessAction::kRestart;
}

void RunRound(Core& core, Turn& turn, const Service& service) {
  const Liveness& liveness = core.policy->liveness;
  for (const Probe& probe : liveness.probes) turn.Emit(RunProbe{service.facts.id, probe, liveness.timeout});
  if (MayRestart(core)) turn.Emit(CountInbound{service.facts.id});
}

void NoteFalselyConnected(Core& core, Turn& turn, Service& service) {
  Alive& alive = service.alive;
  alive.false_connected = true;
  // A fleet that lost one host together must not restart together.
  const double share = core.random.Uniform();
  if (!service.revival.not_before || *service.revival.not_before < turn.mono()) {
    service.revival.not_before = turn.mono() + share * core.policy->liveness.interval;
  }
  core.incidents.Open(
      turn, "false_connected", service.id_text,
      absl::StrCat(NameOf(service), " says connected, but nothing answers through it"),
      absl::StrCat("failing_s=", absl::ToInt64Seconds(turn.mono() - *alive.failing_since),
                   "; targets=", absl::StrJoin(alive.last, ", ", [](std::string* out, const auto& target) {
                     out->append(target.first);
                   })));
}

// Hosts of which no probe answers.
size_t SilentHosts(const Core& core, const Alive& alive) {
  std::set<std::string> hosts;
  for (const Probe& probe : core.policy->liveness.probes) {
    const auto last = alive.last.find(probe.Target());
    if (last != alive.last.end() && !last->second) hosts.insert(absl::AsciiStrToLower(probe.Host()));
  }
  return hosts.size();
}

void ConsiderRestart(Core& core, Turn& turn, Service& service) {
  const RestartBlock block = RestartBlockOf(core, service, turn.mono());
  turn.WakeAt(block.until);
  if (!block.why.empty()) return;
  Revival& revival = service.revival;
  const CircuitBreaker& breaker = core.policy->circuit_breaker;
  if (Enforcing(core) && ++revival.futile >= breaker.failed_ladders) {
    revival.futile = breaker.failed_ladders - 1;
    revival.not_before = turn.mono() + breaker.cooldown;
  }
  SendStop(core, turn, service, "liveness");
}

}  // namespace

void BeginLiveness(Service& service, MonoTime now) {
  service.alive = {};
  service.alive.next_round = now;
}

void EndLiveness(Core& core, Turn& turn, Service& service) {
  service.alive = {};
  core.incidents.Close(turn, "false_connected", service.id_text, "it is not connected any more");
}

void RunLiveness(Core& core, Turn& turn, Service& service) {
  const Liveness& liveness = core.policy->liveness;
  Alive& alive = service.alive;
  if (!service.required || service.phase != Phase::kUp || liveness.probes.empty()) return;
  if (!alive.next_round || *alive.next_round <= turn.mono()) {
    RunRound(core, turn, service);
    alive.next_round = turn.mono() + liveness.interval;
  }
  turn.WakeAt(alive.next_round);
  if (!alive.failing_since) return;
  if (turn.mono() - *alive.failing_since < liveness.fail_after) {
    return turn.WakeAt(*alive.failing_since + liveness.fail_after);
  }
  if (!alive.false_connected) NoteFalselyConnected(core, turn, service);
  if (MayRestart(core)) ConsiderRestart(core, turn, service);
}

void OnProbeResult(Core& core, Turn& turn, const ProbeResult& result) {
  const auto found = core.services.find(result.service);
  if (found == core.services.end() || found->second.phase != Phase::kUp) return;
  Service& service = found->second;
  Alive& alive = service.alive;
  const auto [last, fresh] = alive.last.try_emplace(result.target, result.ok);
  if (fresh || last->second != result.ok) turn.Row(result);
  last->second = result.ok;
  if (result.target == kInbound) {
    alive.inbound = result.ok;
    return;
  }
  if (!result.ok) {
    if (!alive.failing_since) alive.failing_since = turn.mono();
    return;
  }
  // One answer proves that the tunnel carries something.
  alive.failing_since.reset();
  alive.false_connected = false;
  service.revival = {};
  core.incidents.Close(turn, "false_connected", service.id_text, "a probe answered again");
}

void OnRestartBrake(Core& core, Turn& turn, const RestartBrake& brake) {
  const bool on = brake.lasts > absl::ZeroDuration();
  const bool was_on = core.brake_until && turn.mono() < *core.brake_until;
  if (!on && !was_on) return;
  turn.Row(brake);
  core.brake_until = turn.mono() + brake.lasts;
}

RestartBlock RestartBlockOf(const Core& core, const Service& service, MonoTime now) {
  const Alive& alive = service.alive;
  if (!MayRestart(core)) return {"The policy only reports it.", {}};
  if (RuleOf(core, service).authentication == Authentication::kInteractive) {
    return {"It is not restarted, since only a person can sign in again.", {}};
  }
  if (SilentHosts(core, alive) < 2) return {"It is not restarted: probes of two hosts must fail.", {}};
  if (!alive.inbound) return {"It is not restarted: whether bytes still come in is not known.", {}};
  if (*alive.inbound) return {"It is not restarted: bytes still come in through it.", {}};
  if (core.brake_until && now < *core.brake_until) {
    return {"It is not restarted: the server holds restarts back, since probes fail all over the fleet.",
            core.brake_until};
  }
  const Gate gate = StartGate(core, service, now);
  if (gate.block != Block::kNone && gate.block != Block::kBackoff) {
    return {"It is not restarted: a start would not be allowed now.", gate.until};
  }
  const std::optional<MonoTime>& not_before = service.revival.not_before;
  if (not_before && now < *not_before) return {"It is restarted soon.", not_before};
  return {};
}

}  // namespace holdfast::engine

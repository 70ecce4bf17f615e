#include "core/engine/liveness.h"

#include "absl/strings/str_cat.h"

namespace holdfast::engine {

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
    for (const Probe& probe : liveness.probes) {
      turn.Emit(RunProbe{service.facts.id, probe, liveness.timeout});
    }
    alive.next_round = turn.mono() + liveness.interval;
  }
  turn.WakeAt(alive.next_round);
  if (!alive.failing_since || alive.false_connected) return;
  if (turn.mono() - *alive.failing_since < liveness.fail_after) {
    return turn.WakeAt(*alive.failing_since + liveness.fail_after);
  }
  alive.false_connected = true;
  core.incidents.Open(turn, "false_connected", service.id_text,
                      absl::StrCat(NameOf(service), " says connected, but nothing answers through it"),
                      absl::StrCat("failing_s=", absl::ToInt64Seconds(turn.mono() - *alive.failing_since),
                                   "; targets=", alive.last.size()));
}

void OnProbeResult(Core& core, Turn& turn, const ProbeResult& result) {
  const auto found = core.services.find(result.service);
  if (found == core.services.end() || found->second.phase != Phase::kUp) return;
  Service& service = found->second;
  Alive& alive = service.alive;
  const auto [last, fresh] = alive.last.try_emplace(result.target, result.ok);
  if (fresh || last->second != result.ok) turn.Row(result);
  last->second = result.ok;
  if (!result.ok) {
    if (!alive.failing_since) alive.failing_since = turn.mono();
    return;
  }
  // One answer proves that the tunnel carries something.
  alive.failing_since.reset();
  alive.false_connected = false;
  core.incidents.Close(turn, "false_connected", service.id_text, "a probe answered again");
}

}  // namespace holdfast::engine

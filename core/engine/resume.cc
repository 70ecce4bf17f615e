// A run begins: what was recalled becomes times of this boot.
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/engine/causes.h"
#include "core/engine/graces.h"
#include "core/engine/pace.h"
#include "core/engine/recall.h"
#include "core/engine/start_watch.h"

namespace holdfast::engine {
namespace {

void UseChanges(Core& core) {
  Recalled& r = core.recalled;
  for (auto& [at, what] : r.changes) core.incidents.changes().Note(r.boots.OnThisBoot(at), std::move(what));
  r.changes.clear();
  if (r.extension_update) {
    core.extension_update =
        ExtensionUpdate{r.extension_update->second, r.boots.OnThisBoot(r.extension_update->first)};
  }
}

// A boot, a login and a wake end with their boot; an update does not.
void UseGraces(Core& core, const Stamp& now) {
  Recalled& r = core.recalled;
  for (const auto& [at, kind] : r.graces) {
    const bool update = kind == GraceKind::kOsUpdate || kind == GraceKind::kExtensionUpdate;
    const MonoTime then = r.boots.OnThisBoot(at);
    if (update || at.boot == now.boot) {
      BeginGrace(core, kind, then);
    } else {
      CountGrace(core, kind, then);
    }
  }
  r.graces.clear();
}

void UseOverrides(Core& core) {
  const Recalled& r = core.recalled;
  for (const Stamp& begun : r.overrides_begun) {
    core.overrides_begun.push_back(r.boots.OnThisBoot(begun));
  }
  for (const auto& [at, wrong] : r.guesses) core.guesses.push_back({r.boots.OnThisBoot(at), wrong});
  for (const auto& [begun, o] : r.overrides) {
    const MonoTime began = r.boots.OnThisBoot(begun);
    const MonoTime until = began + (o.until_wall - begun.wall);
    Override running{.service = o.service,
                     .uid = o.uid,
                     .user = o.user,
                     .began = began,
                     .until = until,
                     .until_wall = o.until_wall};
    const auto code = r.codes.find(o.service);
    if (code != r.codes.end() && code->second.first == begun) {
      running.by_code = code->second.second;
    }
    core.overrides.push_back(std::move(running));
  }
}

void UseSuspensions(Core& core) {
  const Recalled& r = core.recalled;
  for (const auto& [begun, s] : r.suspensions) {
    const MonoTime began = r.boots.OnThisBoot(begun);
    core.overrides.push_back({.suspension = s.kind,
                              .number = s.number,
                              .name = s.name,
                              .reason = s.reason,
                              .began = began,
                              .until = began + (s.until_wall - begun.wall),
                              .until_wall = s.until_wall});
  }
}

// What is known of starts.
void UseWatch(Core& core) {
  const Recalled& r = core.recalled;
  for (const auto& [service, latency] : r.latencies) KeepLatency(FindOrAdd(core, service), latency);
  for (const auto& [service, reason] : r.up_at_end) FindOrAdd(core, service).to_restore.emplace(reason);
  for (const auto& [service, at] : r.bursts) {
    FindOrAdd(core, service).storm_until = StormUntil(r.boots.OnThisBoot(at));
  }
  for (auto& [id, service] : core.services) {
    service.slow = core.incidents.IsOpen("slow_start", service.id_text);
  }
  core.setup_running = r.setup && r.setup->running;
}

// An open incident of an earlier run stands for the hold that opened it.
void UseHold(Core& core, Service& service) {
  const struct {
    absl::string_view incident;
    Hold hold;
    FailureCause cause;
    absl::string_view verdict_cause;
  } kHolds[] = {
      {"authentication_failed", Hold::kAskPerson, FailureCause::kAuthentication, causes::kAuthentication},
      {"certificate_invalid", Hold::kNoRetry, FailureCause::kCertificate, causes::kCertificate},
      {"toggle_fight", Hold::kYield, FailureCause::kSuperseded, causes::kSuperseded}};
  for (const auto& known : kHolds) {
    if (!core.incidents.IsOpen(known.incident, service.id_text)) continue;
    service.failures.hold = known.hold;
    service.failures.last = known.cause;
    service.failures.cause = known.verdict_cause;
  }
}

}  // namespace

void UseRecalled(Core& core, Turn& turn) {
  Recalled& r = core.recalled;
  const Stamp& now = turn.now();
  NoticeBoot(r, now);
  core.boot = now.boot;
  core.resumed_at = now.mono;
  for (const Stamp& at : r.unclean_stops) core.assumed_attempts.push_back(r.boots.OnThisBoot(at));
  for (const auto& a : r.attempts) FindOrAdd(core, a.service).attempts.Spend(r.boots.OnThisBoot(a.at));
  for (const auto& [service, at] : r.unsettled_starts) {
    FindOrAdd(core, service).start_unsettled = at.boot == now.boot;
  }
  for (const auto& [service, pace] : r.paces) {
    RestorePace(FindOrAdd(core, service), pace.second, r.boots.OnThisBoot(pace.first), now.mono);
  }
  for (const auto& [service, at] : r.supersedes) {
    FindOrAdd(core, service).failures.supersedes.push_back(r.boots.OnThisBoot(at));
  }
  for (const auto& [service, stop] : r.allowed_stops) {
    FindOrAdd(core, service).person_stop = r.boots.OnThisBoot(stop);
  }
  for (const auto& [service, count] : r.to_asking) FindOrAdd(core, service).failures.to_asking = count;
  for (const auto& [id, last] : r.sessions) {
    const bool up =
        last.second.status == SessionStatus::kConnected || last.second.status == SessionStatus::kReasserting;
    FindOrAdd(core, id).was_up_before_restart = up && last.first.boot == now.boot;
  }
  UseWatch(core);
  for (auto& [id, service] : core.services) UseHold(core, service);
  for (const auto& [key, verdict] : r.verdicts) {
    // Of no class that is judged now: the first verdict of this run is always recorded.
    core.verdicts[key] = {verdict, now.mono};
    core.verdicts[key].verdict.time_class = TimeClass::kNotRequired;
  }
  core.network_seen = r.last_path && r.last_path->boot == now.boot;
  for (const auto& [met, network] : r.portals)
    core.portal.holds.emplace_back(network, r.boots.OnThisBoot(met));
  if (r.brake) core.brake_until = r.boots.OnThisBoot(r.brake->first) + r.brake->second.lasts;
  UseGraces(core, now);
  core.login_seen = core.graces.Newest(GraceKind::kLogin).has_value();
  UseOverrides(core);
  UseChanges(core);
  UseSuspensions(core);
}

void OnAgentStarted(Core& core, Turn& turn, const AgentStarted& started) {
  const Stamp& now = turn.now();
  const bool boot_is_known = core.graces.Newest(GraceKind::kBoot).has_value();
  if (!boot_is_known && (!started.last_alive || started.last_alive->boot != now.boot)) {
    BeginGrace(core, GraceKind::kBoot, now.mono);
  }
  core.os_build = started.os_build;
  const std::string& before = core.recalled.os_build;
  if (!before.empty() && before != started.os_build) {
    BeginGrace(core, GraceKind::kOsUpdate, now.mono);
    core.incidents.changes().Note(now.mono, absl::StrCat("macOS ", before, " -> ", started.os_build));
  }
  core.incidents.changes().Note(
      now.mono, core.graces.Newest(GraceKind::kBoot) == now.mono ? "the Mac started" : "the agent restarted");
  // The rows of the last commit may be lost: one attempt more than we know of was perhaps spent.
  if (!FollowsUncleanStop(started)) return;
  core.assumed_attempts.push_back(now.mono);
  for (auto& [id, service] : core.services) service.attempts.Spend(now.mono);
}

}  // namespace holdfast::engine

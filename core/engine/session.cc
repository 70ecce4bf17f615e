#include "core/engine/session.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/engine/command.h"
#include "core/engine/coverage.h"
#include "core/engine/failure.h"
#include "core/engine/fight.h"
#include "core/engine/gate.h"
#include "core/engine/group.h"
#include "core/engine/ladder.h"
#include "core/engine/liveness.h"
#include "core/engine/pace.h"
#include "core/engine/start_watch.h"
#include "core/engine/trust.h"

namespace holdfast::engine {
namespace {

using Result = CommandOutcome::Result;

// A gateway takes longer to refuse than the session manager to ignore.
constexpr absl::Duration kAtOnce = absl::Milliseconds(500);

bool SameContent(SessionEvent a, const SessionEvent& b) {
  a.generation = b.generation;
  return a == b;
}

bool StartOutstanding(const Service& service) {
  return service.command && service.command->verb == Command::Verb::kStart;
}

// A start of another process is under way: ours was skipped.
bool SaysAnotherStarts(const SessionEvent& event) {
  return event.status == SessionStatus::kConnecting && !event.requested_by.empty() &&
         !absl::StartsWith(event.requested_by, "holdfast");
}

FailureCause CauseOf(const SessionEvent& event) {
  if (event.cause != FailureCause::kNone || !event.stop_reason) return event.cause;
  return CauseOfStopReason(*event.stop_reason);
}

std::string DetailOf(const SessionEvent& event) {
  if (!event.detail.empty()) return event.detail;
  return event.stop_reason ? std::string(StopReasonText(*event.stop_reason)) : "";
}

void NoteSkipped(Core& core, Turn& turn, Service& service) {
  FinishCommand(turn, service, Result::kSkipped, FailureCause::kNone,
                absl::StrCat("started by ", service.delivered.requested_by));
  NoteSkippedStart(core, turn, service);
  Enter(service, PhaseOf(service.delivered.status), turn.mono());
}

void OnUp(Core& core, Turn& turn, Service& service) {
  if (StartOutstanding(service)) FinishCommand(turn, service, Result::kReached);
  if (!service.up_since) service.up_since = turn.mono();
  ClearHolds(core, turn, service, "it is connected");
  service.failures.cause = {};
  service.failures.last = FailureCause::kNone;
  service.remedy = {};
  service.person_stop.reset();
  service.person_start.reset();
  service.asked_to_connect = false;
  service.on_demand_paused = false;
  for (const absl::string_view incident :
       {"stuck_connecting", "stuck_disconnecting", "circuit_open", "budget_exhausted"}) {
    core.incidents.Close(turn, incident, service.id_text, "it is connected");
  }
  BeginLiveness(service, turn.mono());
}

// Somebody else starts it: whoever stopped it before wants it again.
void OnConnecting(Core& core, Turn& turn, Service& service) {
  if (service.phase != Phase::kConnecting) return;
  if (service.delivered.status != SessionStatus::kReasserting) service.up_since.reset();
  service.person_stop.reset();
  service.on_demand_paused = false;
  NoteForeignStart(core, turn, service);
}

// A start that was dropped without a trace is reported with the reason from before it: no new stop.
bool IsStaleStop(const Service& service, const SessionEvent& before) {
  return StartOutstanding(service) && before.status == SessionStatus::kConnecting &&
         service.command->reason_before == service.delivered.stop_reason;
}

// Our stop is done, unless the session failed before it: what its cause forbids holds all the same.
void OnStopped(Core& core, Turn& turn, Service& service, FailureCause cause) {
  service.on_demand_paused = true;
  FinishCommand(turn, service, Result::kReached);
  if (cause != FailureCause::kAuthentication && cause != FailureCause::kCertificate) return;
  NoteFailedAttempt(core, turn, service, cause, DetailOf(service.delivered));
  if (service.failures.hold != Hold::kNone) service.remedy.step.reset();
}

// What we left alone in a fight is down: the fight is over.
void EndYield(Core& core, Turn& turn, Service& service) {
  if (!std::exchange(service.yielded, false)) return;
  core.incidents.Close(turn, "toggle_fight", service.id_text, "it is down");
}

void OnDown(Core& core, Turn& turn, Service& service, const SessionEvent& before) {
  EndYield(core, turn, service);
  const std::optional<MonoTime> up_since = std::exchange(service.up_since, std::nullopt);
  FailureCause cause = CauseOf(service.delivered);
  if (service.command && service.command->verb == Command::Verb::kStop) {
    return OnStopped(core, turn, service, cause);
  }
  const bool stale = IsStaleStop(service, before);
  if (stale && turn.mono() - service.command->sent_at <= kAtOnce) {
    NoteDeadStart(core, turn, service);
  } else {
    NoteLiveStart(core, turn, service);
  }
  if (stale && cause == FailureCause::kStopCommand) cause = FailureCause::kUnknown;
  FinishCommand(turn, service, Result::kFailed, cause, DetailOf(service.delivered));
  if (cause == FailureCause::kStopCommand) {
    if (core.power != Power::kShutdown) NotePersonStop(core, turn, service);  // else the system's own
    return;
  }
  if (up_since) {
    NoteDrop(core, turn, service, cause, *up_since);
  } else {
    NoteFailedAttempt(core, turn, service, cause, DetailOf(service.delivered));
  }
  if (service.remedy.step) EndFailedLadder(core, turn, service);
}

// The first status of this run is no change; only what happened while we were away is worth knowing: a stop
// by a person, and a start of ours that came to nothing.
void OnLearnedDown(Core& core, Turn& turn, Service& service) {
  if (service.start_unsettled) {
    const FailureCause told = CauseOf(service.delivered);
    return NoteFailedAttempt(core, turn, service,
                             told == FailureCause::kStopCommand ? FailureCause::kUnknown : told,
                             DetailOf(service.delivered));
  }
  if (service.was_up_before_restart && CauseOf(service.delivered) == FailureCause::kStopCommand) {
    NotePersonStop(core, turn, service);
  }
}

void OnChanged(Core& core, Turn& turn, Service& service, const SessionEvent& before) {
  const bool learning = !std::exchange(service.learned, true);
  service.status_since = turn.mono();
  const Signal signal = SignalOf(service.delivered.status);
  if (signal != Signal::kUp && service.alive.next_round) EndLiveness(core, turn, service);
  Enter(service, NextPhase(service.phase, signal), turn.mono());
  WatchDelivered(core, turn, service, before);
  if (signal == Signal::kConnecting) OnConnecting(core, turn, service);
  if (signal == Signal::kUp && service.phase == Phase::kUp) OnUp(core, turn, service);
  if (signal == Signal::kDown) {
    learning ? OnLearnedDown(core, turn, service) : OnDown(core, turn, service, before);
  }
  service.was_up_before_restart = service.start_unsettled = false;
}

// The same status with something new about it: no change, but it may tell why.
void OnRepeated(Core& core, Turn& turn, Service& service, const SessionEvent& before) {
  if (service.phase != Phase::kStarting || !IsDown(service.delivered.status)) return;
  if (service.delivered.stop_reason == before.stop_reason) {
    service.command->down_repeated = true;
    return;
  }
  // Connecting was never delivered, but a new stop reason was: the start failed at once.
  Enter(service, Phase::kDown, turn.mono());
  OnDown(core, turn, service, before);
}

void CloseWhatEnded(Core& core, Turn& turn, const Service& service) {
  if (service.phase != Phase::kDown || service.remedy.step) return;
  core.incidents.Close(turn, "stuck_connecting", service.id_text, "it is down");
  core.incidents.Close(turn, "stuck_disconnecting", service.id_text, "it is down");
}

}  // namespace

void Deliver(Core& core, Turn& turn, const SessionEvent& event) {
  Service& service = FindOrAdd(core, event.service);
  if (event.generation < service.delivered.generation) return;
  const bool repeated = service.learned && event.status == service.delivered.status;
  if (repeated && SameContent(event, service.delivered)) {
    service.delivered.generation = event.generation;
    if (StartOutstanding(service) && IsDown(event.status)) service.command->down_repeated = true;
    return;
  }
  turn.Row(event);
  const SessionEvent before = std::exchange(service.delivered, event);
  if (service.phase == Phase::kStarting && SaysAnotherStarts(event)) NoteSkipped(core, turn, service);
  if (repeated) {
    OnRepeated(core, turn, service, before);
  } else {
    OnChanged(core, turn, service, before);
  }
}

void OnSessionManagerRestarted(Core& core, Turn& turn, const SessionManagerRestarted& restarted) {
  turn.Row(restarted);
  core.incidents.changes().Note(turn.mono(), "session manager restarted");
  core.incidents.Open(
      turn, "session_manager_restart", "",
      absl::StrCat("The session manager restarted", restarted.detail.empty() ? "" : ": ", restarted.detail));
  for (auto& [id, service] : core.services) {
    FinishCommand(turn, service, Result::kFailed, FailureCause::kUnknown, "the session manager restarted");
    if (service.alive.next_round) EndLiveness(core, turn, service);
    service.remedy.step.reset();
    service.up_since.reset();
    service.connecting_since.reset();
    service.dead_starts = 0;
    core.incidents.Close(turn, "session_manager_exhausted", service.id_text, "the session manager restarted");
    service.learned = false;
    Enter(service, NextPhase(service.phase, Signal::kForgotten), turn.mono());
  }
}

void Advance(Core& core, Turn& turn, Service& service) {
  if (!Awake(core) || service.rule < 0) return RecordPace(turn, service);
  if (IsStuck(core, service, turn.mono())) HandleStuck(core, turn, service);
  WatchStarts(core, turn, service);
  YieldToGroup(core, turn, service);
  KeepTrusted(core, turn, service);
  ConsiderStart(core, turn, service);
  CloseWhatEnded(core, turn, service);
  turn.WakeAt(StuckAt(core, service));
  RunLiveness(core, turn, service);
  RecordPace(turn, service);
  ReviewCoverage(core, turn, service);
}

}  // namespace holdfast::engine

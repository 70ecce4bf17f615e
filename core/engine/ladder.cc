#include "core/engine/ladder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/engine/command.h"
#include "core/engine/failure.h"
#include "core/engine/gate.h"
#include "core/engine/portal.h"
#include "core/engine/start_watch.h"

namespace holdfast::engine {
namespace {

bool Ascending(Phase phase) {
  return phase == Phase::kStarting || phase == Phase::kConnecting;
}

void OpenStuckIncident(Core& core, Turn& turn, const Service& service) {
  const absl::Duration age = turn.mono() - service.phase_since;
  const std::string& by = service.delivered.requested_by;
  core.incidents.Open(turn, Ascending(service.phase) ? "stuck_connecting" : "stuck_disconnecting",
                      service.id_text,
                      absl::StrCat(NameOf(service), " has been ", SessionStatusName(service.delivered.status),
                                   " for ", FormatShort(age)),
                      absl::StrCat("status=", SessionStatusName(service.delivered.status),
                                   "; age_s=", absl::ToInt64Seconds(age),
                                   by.empty() ? "" : absl::StrCat("; requested_by=", by)));
}

// A stuck session may be helped when nothing but the backoff stands against a start.
bool MayHelp(Core& core, Turn& turn, Service& service) {
  const Gate gate = StartGate(core, service, turn.mono());
  turn.WakeAt(gate.until);
  return gate.block == Block::kNone || gate.block == Block::kBackoff;
}

void NotifyStuck(Core& core, Turn& turn, const Service& service) {
  if (!MayNotify(core)) return;
  turn.Emit(NotifyUser{core.console.uid, absl::StrCat(NameOf(service), " is stuck"),
                       absl::StrCat("It has been ", SessionStatusName(service.delivered.status),
                                    " for too long and restarting it did not help. It is tried again later; "
                                    "if it stays so, tell your help desk.")});
}

void OpenCircuit(Core& core, Turn& turn, Service& service) {
  const CircuitBreaker& breaker = core.policy->circuit_breaker;
  // The next failed ladder opens it again at once.
  service.remedy.failed_ladders = breaker.failed_ladders - 1;
  service.remedy.open_until = turn.mono() + breaker.cooldown;
  core.incidents.Open(turn, "circuit_open", service.id_text,
                      absl::StrCat(NameOf(service), ": restarting it did not help (", breaker.failed_ladders,
                                   " in a row), so nothing is tried for ", FormatShort(breaker.cooldown)),
                      absl::StrCat("failed_ladders=", breaker.failed_ladders,
                                   "; cooldown_s=", absl::ToInt64Seconds(breaker.cooldown)));
}

// From `step` on: the first step that commands something, or the ladder's end.
void Climb(Core& core, Turn& turn, Service& service, size_t step) {
  const std::vector<LadderStep>& ladder = core.policy->ladder;
  for (; step < ladder.size(); ++step) {
    if (ladder[step] == LadderStep::kNotify) {
      NotifyStuck(core, turn, service);
      continue;
    }
    service.remedy.step = step;
    service.failures.not_before.reset();
    const bool again = ladder[step] == LadderStep::kCancelWaitStart;
    SendStop(core, turn, service,
             absl::StrCat("ladder:", StepName(ladder[step]), again ? " (the back end has only stop)" : ""));
    return;
  }
  EndFailedLadder(core, turn, service);
}

// What audit mode would do: recorded once, nothing is climbed.
void NoteWouldClimb(Core& core, Turn& turn, Service& service) {
  for (const LadderStep step : core.policy->ladder) {
    if (step != LadderStep::kNotify) {
      return SendStop(core, turn, service, absl::StrCat("ladder:", StepName(step)));
    }
  }
}

// Settles the outstanding command. False when that alone ended the stuck state.
bool SettleCommand(Core& core, Turn& turn, Service& service) {
  if (!service.command) return true;
  const Outstanding command = *service.command;
  FinishCommand(turn, service, CommandOutcome::Result::kTimedOut, FailureCause::kTimeout,
                absl::StrCat("still ", SessionStatusName(service.delivered.status)));
  if (command.verb == Command::Verb::kStop && service.delivered.status == SessionStatus::kConnected) {
    Enter(service, Phase::kUp, turn.mono());  // the stop had no effect; up is what we want
    service.remedy.step.reset();
    return false;
  }
  if (command.verb == Command::Verb::kStart && IsDown(service.delivered.status)) {
    // Not even connecting came: nothing to stop, so this is a failed start.
    Enter(service, Phase::kDown, turn.mono());
    NoteDeadStart(core, turn, service);
    const FailureCause told = service.delivered.cause;
    const bool tells =
        command.down_repeated && told != FailureCause::kNone && told != FailureCause::kStopCommand;
    NoteFailedAttempt(core, turn, service, tells ? told : FailureCause::kTimeout, "the start had no effect");
    if (service.remedy.step) EndFailedLadder(core, turn, service);
    return false;
  }
  service.phase = PhaseOf(service.delivered.status);  // stuck since then, not since now
  return true;
}

}  // namespace

absl::string_view StepName(LadderStep step) {
  switch (step) {
    case LadderStep::kStopWaitStart:
      return "StopWaitStart";
    case LadderStep::kCancelWaitStart:
      return "CancelWaitStart";
    case LadderStep::kNotify:
      return "Notify";
  }
  return "unknown";
}

void HandleStuck(Core& core, Turn& turn, Service& service) {
  if (!SettleCommand(core, turn, service) || !service.required) return;
  const bool opened = !core.incidents.IsOpen(
      Ascending(service.phase) ? "stuck_connecting" : "stuck_disconnecting", service.id_text);
  OpenStuckIncident(core, turn, service);
  if (opened && Ascending(service.phase)) SuspectPortal(core, turn.mono());
  if (RuleOf(core, service).authentication == Authentication::kInteractive) {
    if (opened) NotifyStuck(core, turn, service);
    return;
  }
  if (!MayHelp(core, turn, service)) return;
  if (!Enforcing(core)) return NoteWouldClimb(core, turn, service);
  LadderStepFailed(core, turn, service);
}

void LadderStepFailed(Core& core, Turn& turn, Service& service) {
  Climb(core, turn, service, service.remedy.step ? *service.remedy.step + 1 : 0);
}

void EndFailedLadder(Core& core, Turn& turn, Service& service) {
  service.remedy.step.reset();
  service.phase_since = turn.mono();  // what is still stuck gets its whole time before the next ladder
  const int most = core.policy->circuit_breaker.failed_ladders;
  if (++service.remedy.failed_ladders >= most && most > 0) OpenCircuit(core, turn, service);
}

}  // namespace holdfast::engine

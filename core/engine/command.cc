#include "core/engine/command.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/engine/failure.h"
#include "core/engine/gate.h"
#include "core/engine/graces.h"
#include "core/engine/ladder.h"
#include "core/engine/pace.h"

namespace holdfast::engine {
namespace {

std::optional<uint32_t> StartAs(const Core& core, const Service& service, std::optional<uint32_t> person) {
  if (core.plain_starts || RuleOf(core, service).authentication == Authentication::kMachine) return {};
  if (person && *person != 0) return person;
  if (core.console.present) return core.console.uid;
  return {};
}

void OpenBudgetIncident(Core& core, Turn& turn, Service& service) {
  const AttemptBudget& budget = core.policy->reconnect.budget;
  core.incidents.Open(
      turn, "budget_exhausted", service.id_text,
      absl::StrCat(NameOf(service), " was started as often as the policy allows"),
      absl::StrCat("last_hour=", service.attempts.Spent(turn.mono(), absl::Hours(1)),
                   "; last_ten_minutes=", service.attempts.Spent(turn.mono(), absl::Minutes(10)),
                   "; per_hour=", budget.per_hour, "; per_ten_minutes=", budget.per_ten_minutes));
}

void AskToConnect(Core& core, Turn& turn, Service& service) {
  if (service.asked_to_connect || !MayNotify(core)) return;
  if (ActiveGrace(core, turn.mono())) return;
  service.asked_to_connect = true;
  turn.Emit(NotifyUser{core.console.uid, absl::StrCat(NameOf(service), " needs you to sign in"),
                       absl::StrCat("It must be connected and only you can sign in. Connect it from its own "
                                    "app, or run: holdfastctl connect \"",
                                    NameOf(service), "\"")});
}

std::string WhyStart(const Core& core, const Service& service) {
  return service.remedy.step ? absl::StrCat("ladder:", StepName(core.policy->ladder[*service.remedy.step]))
                             : "always_connected";
}

}  // namespace

void SendStart(Core& core, Turn& turn, Service& service, const StartOrder& order) {
  if (!service.learned || !IsDown(service.delivered.status) || service.command) return;
  const bool dry = !Enforcing(core);
  if (dry && service.dry_noted) return;
  RecordPace(turn, service);  // what allows it comes before it
  const std::optional<uint32_t> as = StartAs(core, service, order.person);
  const uint64_t id = core.next_command++;
  const bool counted = !dry && !order.person;
  turn.Row(Command{id, Command::Verb::kStart, service.facts.id, order.why, as.has_value(), counted, dry});
  if (dry) {
    service.dry_noted = true;
    return;
  }
  turn.Emit(StartSession{id, service.facts.id, as});
  if (counted) service.attempts.Spend(turn.mono());
  service.command =
      Outstanding{.id = id, .reason_before = service.delivered.stop_reason, .sent_at = turn.mono()};
  if (counted) service.command->counted_at = turn.mono();
  service.on_demand_paused = false;
  Enter(service, NextPhase(service.phase, Signal::kStartSent), turn.mono());
}

void SendStop(Core& core, Turn& turn, Service& service, const std::string& why) {
  const bool dry = !Enforcing(core);
  if (dry && service.dry_noted) return;
  const uint64_t id = core.next_command++;
  if (!dry) FinishCommand(turn, service, CommandOutcome::Result::kSuperseded);
  turn.Row(Command{id, Command::Verb::kStop, service.facts.id, why, false, false, dry});
  if (dry) {
    service.dry_noted = true;
    return;
  }
  turn.Emit(StopSession{id, service.facts.id});
  service.command = Outstanding{.id = id, .verb = Command::Verb::kStop};
  Enter(service, NextPhase(service.phase, Signal::kStopSent), turn.mono());
  service.phase_since = turn.mono();  // also when it was stopping already
  service.group_stop.reset();
}

void FinishCommand(Turn& turn, Service& service, CommandOutcome::Result result, FailureCause cause,
                   std::string detail) {
  if (!service.command) return;
  turn.Row(CommandOutcome{service.command->id, service.facts.id, result, cause, std::move(detail)});
  service.command.reset();
}

void OnCommandAnswer(Core& core, Turn& turn, const CommandAnswer& answer) {
  if (answer.status.ok()) return;
  for (auto& [id, service] : core.services) {
    if (!service.command || service.command->id != answer.command) continue;
    const bool start = service.command->verb == Command::Verb::kStart;
    // The budget is for commands that the system received.
    if (service.command->counted_at) service.attempts.Refund(*service.command->counted_at);
    FinishCommand(turn, service, CommandOutcome::Result::kRefused, FailureCause::kUnknown,
                  std::string(answer.status.message()));
    Enter(service, PhaseOf(service.delivered.status), turn.mono());
    if (start && absl::IsUnimplemented(answer.status) && !core.plain_starts) {
      core.plain_starts = true;  // it never left: once more, without a user
      return;
    }
    if (start) NoteRefusedStart(core, turn, service, std::string(answer.status.message()));
    if (service.remedy.step) {
      start ? EndFailedLadder(core, turn, service) : LadderStepFailed(core, turn, service);
    }
    return;
  }
}

void ConsiderStart(Core& core, Turn& turn, Service& service) {
  if (service.phase != Phase::kDown || service.rule < 0) return;
  if (service.person_start && Enforcing(core)) {
    const uint32_t person = *std::exchange(service.person_start, std::nullopt);
    SendStart(core, turn, service, {absl::StrCat("user:", person), person});
    return;
  }
  if (!service.required) return;
  const Gate gate = StartGate(core, service, turn.mono());
  turn.WakeAt(gate.until);
  if (gate.block == Block::kBudget) OpenBudgetIncident(core, turn, service);
  if (gate.block == Block::kInteractive) {
    if (const auto grace = ActiveGrace(core, turn.mono())) turn.WakeAt(grace->until);
    AskToConnect(core, turn, service);
  }
  if (gate.block == Block::kNone) SendStart(core, turn, service, {WhyStart(core, service), {}});
}

}  // namespace holdfast::engine

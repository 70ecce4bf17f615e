#include "core/engine/failure.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/engine/causes.h"
#include "core/engine/fight.h"
#include "core/engine/gate.h"
#include "core/engine/portal.h"

namespace holdfast::engine {
namespace {

// Up for shorter than this was no success: the backoff goes on.
constexpr absl::Duration kStable = absl::Seconds(30);

absl::string_view HoldIncident(FailureCause cause) {
  if (cause == FailureCause::kAuthentication) return "authentication_failed";
  if (cause == FailureCause::kCertificate) return "certificate_invalid";
  return "";
}

std::string StopReasonOf(const Service& service) {
  const std::optional<int>& reason = service.delivered.stop_reason;
  return reason ? absl::StrCat("; stop_reason=", *reason) : "";
}

void AskPerson(Core& core, Turn& turn, const Service& service) {
  if (!MayNotify(core)) return;
  turn.Emit(NotifyUser{
      core.console.uid, absl::StrCat(NameOf(service), " could not sign in"),
      absl::StrCat("Signing in failed and is not repeated, so that your account is not locked. Check your "
                   "password, then run: holdfastctl connect \"",
                   NameOf(service), "\"")});
}

void SetHold(Core& core, Turn& turn, Service& service, Hold hold) {
  Failures& failures = service.failures;
  if (std::exchange(failures.hold, hold) == hold) return;
  if (const absl::string_view incident = HoldIncident(failures.last); !incident.empty()) {
    core.incidents.Open(turn, incident, service.id_text,
                        absl::StrCat(NameOf(service), ": ", FailureWords(failures.last),
                                     failures.detail.empty() ? "" : ": ", failures.detail),
                        absl::StrCat("cause=", FailureCauseName(failures.last), StopReasonOf(service)));
  }
  if (hold == Hold::kAskPerson) AskPerson(core, turn, service);
}

void BackOff(Core& core, Turn& turn, Service& service) {
  const int failures = std::max(1, service.failures.in_row);
  service.failures.not_before =
      turn.mono() + BackoffDelay(core.policy->reconnect.backoff, failures, core.random);
}

void Apply(Core& core, Turn& turn, Service& service, FailureCause cause, std::string detail, bool at_once) {
  if (!service.required) return;
  Failures& failures = service.failures;
  if (cause != FailureCause::kAuthentication && cause != FailureCause::kCertificate) {
    SuspectPortal(core, turn.mono());
  }
  if (!at_once) ++failures.in_row;
  failures.last = cause;
  failures.cause = causes::OfFailure(cause);
  failures.detail = std::move(detail);
  if (cause == FailureCause::kSuperseded && NoteSupersede(core, turn, service)) return;
  switch (core.policy->reconnect.on_failure.For(cause)) {
    case FailureAction::kBackoff:
    case FailureAction::kWaitForPath:  // without a path the gate is shut; with one, this is a failure as any
      if (!at_once) BackOff(core, turn, service);
      return;
    case FailureAction::kRetryOnceThenAsk:
      if (++failures.to_asking > 1) return SetHold(core, turn, service, Hold::kAskPerson);
      return BackOff(core, turn, service);
    case FailureAction::kNoRetry:
      return SetHold(core, turn, service, Hold::kNoRetry);
    case FailureAction::kNone:
      return SetHold(core, turn, service, Hold::kGone);
  }
}

}  // namespace

void NoteFailedAttempt(Core& core, Turn& turn, Service& service, FailureCause cause, std::string detail) {
  Apply(core, turn, service, cause, std::move(detail), /*at_once=*/false);
}

void NoteDrop(Core& core, Turn& turn, Service& service, FailureCause cause, MonoTime up_since) {
  const bool stable = turn.mono() - up_since >= kStable;
  if (stable) service.failures.in_row = 0;
  // Against an On Demand rule or another service a start at once would only fight.
  const bool contested = cause == FailureCause::kSuperseded || cause == FailureCause::kOnDemandRule;
  Apply(core, turn, service, cause, service.delivered.detail, stable && !contested);
}

void NoteRefusedStart(Core& core, Turn& turn, Service& service, std::string why) {
  NoteFailedAttempt(core, turn, service, FailureCause::kUnknown, std::move(why));
  if (service.required) service.failures.cause = causes::kSessionManager;
}

void NoteSkippedStart(Core& core, Turn& turn, Service& service) {
  BackOff(core, turn, service);
}

void NotePersonStop(Core& core, Turn& turn, Service& service) {
  service.remedy.step.reset();
  service.person_start.reset();
  if (ActiveOverride(core, service.facts.id, turn.mono())) return;
  if (service.failures.hold == Hold::kNone && NoteForeignStop(core, turn, service)) return;
  service.person_stop = turn.mono();
  service.failures.in_row = 0;
  service.failures.not_before.reset();
  if (service.failures.hold == Hold::kNone) service.failures.cause = {};
}

void ClearHolds(Core& core, Turn& turn, Service& service, absl::string_view why) {
  Failures& failures = service.failures;
  if (failures.hold != Hold::kNone) failures.cause = {};
  failures.hold = Hold::kNone;
  failures.to_asking = 0;
  failures.not_before.reset();
  for (const absl::string_view incident : {"authentication_failed", "certificate_invalid", "toggle_fight"}) {
    if (incident == "toggle_fight" && service.yielded) continue;  // that one is about our stops
    core.incidents.Close(turn, incident, service.id_text, why);
  }
}

void GiveFreshChance(Service& service) {
  service.failures.not_before.reset();
  service.remedy.open_until.reset();
  service.revival.not_before.reset();
}

}  // namespace holdfast::engine

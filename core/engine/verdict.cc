#include "core/engine/verdict.h"

#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/engine/causes.h"
#include "core/engine/coverage.h"
#include "core/engine/explain.h"
#include "core/engine/graces.h"
#include "core/engine/portal.h"
#include "core/engine/suspension.h"

namespace holdfast::engine {
namespace {

Assessment Asleep(const Core& core) {
  return {TimeClass::kAsleepOrOff, core.power == Power::kShutdown ? causes::kShutdown : causes::kAsleep,
          Block::kAsleep, std::nullopt};
}

// What a violation is put down to while the service is on its way, or may be started any moment.
absl::string_view WorkingCause(const Core& core, const Service& service, MonoTime now) {
  if (service.remedy.step || IsStuck(core, service, now)) return causes::kStuck;
  if (!service.failures.cause.empty()) return service.failures.cause;
  return service.person_stop ? causes::kUser : causes::kReconnecting;
}

// Nothing but the portal keeps it from being up: no gateway answered, and nobody stopped it.
bool IsSwallowed(const Service& service, Block block) {
  const FailureCause last = service.failures.last;
  const bool answered = last == FailureCause::kAuthentication || last == FailureCause::kCertificate ||
                        last == FailureCause::kConfiguration;
  const bool ours = block == Block::kNone || block == Block::kBackoff || block == Block::kSettling ||
                    block == Block::kBudget || block == Block::kCircuit;
  return ours && !answered && !service.person_stop;
}

Assessment OfGate(const Core& core, const Service& service, const Gate& gate, MonoTime now) {
  const auto is = [&](TimeClass time_class, absl::string_view cause) {
    return Assessment{time_class, cause, gate.block, gate.until};
  };
  const bool down = service.phase == Phase::kDown;
  if (OutlastedByPortal(core, now) && IsSwallowed(service, gate.block)) {
    return is(TimeClass::kNoNetwork, causes::kCaptivePortal);
  }
  switch (gate.block) {
    case Block::kAsleep:
      return Asleep(core);
    case Block::kUnknown:
      return is(TimeClass::kUnknown, core.incidents.IsOpen("session_manager_restart", "")
                                         ? causes::kSessionManager
                                         : causes::kStatusUnknown);
    case Block::kOverride:
      return is(TimeClass::kExcused, CauseOfExcuse(*ActiveOverride(core, service.facts.id, now)));
    case Block::kLogin:
      return is(TimeClass::kAwaitingUser, causes::kWaitingForLogin);
    case Block::kNoNetwork:
      return is(TimeClass::kNoNetwork, causes::kNoNetwork);
    case Block::kDownAfterUpdate:
      return is(TimeClass::kNoNetwork, causes::kDownAfterUpdate);
    case Block::kTrusted:
      return is(TimeClass::kExcused, causes::kTrustedNetwork);
    case Block::kUntrusted:
      return is(TimeClass::kViolation, causes::kUntrustedNetwork);
    case Block::kCaptive:
      return is(TimeClass::kExcused, causes::kCaptiveHold);
    case Block::kDisabled:
      return is(TimeClass::kViolation, causes::kConfiguration);
    case Block::kConflict:
      return is(TimeClass::kViolation, causes::kConflict);
    case Block::kStandby:
      return is(TimeClass::kExcused, causes::kStandby);
    case Block::kAllowedStop:
      return is(TimeClass::kExcused, causes::kAllowedDisconnect);
    case Block::kInteractive:
      return is(TimeClass::kAwaitingUser, causes::kInteractive);
    case Block::kHold:
      return is(TimeClass::kViolation,
                service.failures.hold == Hold::kYield ? causes::kSuperseded : service.failures.cause);
    case Block::kCircuit:
      return is(TimeClass::kViolation, causes::kCircuitOpen);
    case Block::kStorm:
      return is(TimeClass::kViolation, causes::kStartStorm);
    case Block::kPersonStop:
      return is(TimeClass::kViolation, causes::kUser);
    case Block::kBudget:
      if (down) return is(TimeClass::kViolation, causes::kBudget);
      break;
    case Block::kSettling:
      if (down) return is(TimeClass::kNoNetwork, causes::kSettling);
      break;
    case Block::kBackoff:
    case Block::kNone:
      break;
  }
  return is(TimeClass::kViolation, WorkingCause(core, service, now));
}

Assessment AssessUp(const Core& core, const Service& service, MonoTime now) {
  const CoverageView coverage = Coverage(core, service, now);
  const bool covered = coverage.is == CoverageView::Is::kFull;
  if (covered && !service.alive.false_connected) {
    return {TimeClass::kProtected, causes::kTunnelUp, Block::kNone, {}};
  }
  if (const auto grace = ActiveGrace(core, now)) {
    return {TimeClass::kExcused, grace->cause, Block::kNone, grace->until};
  }
  if (service.alive.false_connected)
    return {TimeClass::kViolation, causes::kFalseConnected, Block::kNone, {}};
  if (coverage.is == CoverageView::Is::kMissing) {
    return {TimeClass::kViolation, causes::kCoverage, Block::kNone, {}};
  }
  return {TimeClass::kUnknown, causes::kCoverageUnknown, Block::kNone, coverage.until};
}

// One round of judging. It costs a look-up for each key whose verdict stays; a sentence is made only of what
// changed.
class Judging {
 public:
  Judging(Core& core, Turn& turn) : core_(core), turn_(turn), round_(++core.judged) {}

  // `rest` completes the verdict with what does not decide whether it changed.
  void Is(const std::string& key, const Uuid& service, const Assessment& now,
          const std::function<void(Verdict&)>& rest) {
    KnownVerdict& known = core_.verdicts[key];
    if (std::exchange(known.round, round_) != round_) ++keys_;
    const Verdict& before = known.verdict;
    if (!before.key.empty() && before.time_class == now.time_class && before.cause == now.cause &&
        before.service == service) {
      return;
    }
    Verdict verdict{
        .key = key, .service = service, .time_class = now.time_class, .cause = std::string(now.cause)};
    rest(verdict);
    turn_.Row(verdict);
    known.verdict = std::move(verdict);
    known.since = turn_.mono();
  }

  void EndOthers() {
    if (keys_ == core_.verdicts.size()) return;
    for (auto it = core_.verdicts.begin(); it != core_.verdicts.end();) {
      if (it->second.round == round_) {
        ++it;
        continue;
      }
      Verdict verdict = it->second.verdict;
      verdict.time_class = TimeClass::kNotRequired;
      verdict.cause = std::string(causes::kNotRequired);
      verdict.detail = "No rule requires it now.";
      turn_.Row(std::move(verdict));
      it = core_.verdicts.erase(it);
    }
  }

 private:
  Core& core_;
  Turn& turn_;
  const uint64_t round_;
  size_t keys_ = 0;  // that are required now
};

void JudgeService(Core& core, Turn& turn, Judging& judging, const Service& service) {
  const Assessment now = Assess(core, service, turn.mono());
  turn.WakeAt(now.until);
  judging.Is(service.key, service.facts.id, now, [&](Verdict& verdict) {
    verdict.rule = RuleOf(core, service).label;
    verdict.service_name = service.facts.name;
    verdict.detail = Explain(core, service, now, turn.mono());
  });
}

void JudgeMissing(Core& core, Turn& turn, Judging& judging, const ServiceRule& rule) {
  const Assessment now = AssessMissing(core, turn.mono());
  turn.WakeAt(now.until);
  judging.Is(rule.label, Uuid{}, now, [&](Verdict& verdict) {
    verdict.rule = rule.label;
    verdict.detail = ExplainMissing(core, now, turn.mono());
  });
  if (now.cause != causes::kServiceMissing) return;
  core.incidents.Open(
      turn, "service_missing", rule.label,
      absl::StrCat("No installed configuration matches rule \"", rule.label, "\""),
      absl::StrCat("installed=", absl::StrJoin(core.installed.services, ", ",
                                               [](std::string* out, const ServiceFacts& facts) {
                                                 out->append(facts.name);
                                               })));
}

absl::string_view CauseOf(Observed observed) {
  switch (observed) {
    case Observed::kUp:
      return causes::kObservedUp;
    case Observed::kDown:
      return causes::kObservedDown;
    case Observed::kUnknown:
      break;
  }
  return causes::kObserved;
}

void CloseFoundServices(Core& core, Turn& turn) {
  std::vector<std::string> still;
  for (const int i : core.missing) still.push_back(core.policy->services[static_cast<size_t>(i)].label);
  core.incidents.CloseOthers(turn, "service_missing", still, "a configuration matches, or none is required");
}

void CloseManagerRestart(Core& core, Turn& turn) {
  if (!core.installed_known) return;
  for (const auto& [id, service] : core.services) {
    if (service.required && !service.learned) return;
  }
  core.incidents.Close(turn, "session_manager_restart", "", "all statuses were read again");
}

}  // namespace

Assessment Assess(const Core& core, const Service& service, MonoTime now) {
  if (!Awake(core)) return Asleep(core);
  if (service.phase == Phase::kUp) return AssessUp(core, service, now);
  const Gate gate = StartGate(core, service, now);
  if (gate.block == Block::kOverride) return OfGate(core, service, gate, now);
  if (const auto grace = ActiveGrace(core, now)) {
    return {TimeClass::kExcused, grace->cause, gate.block, grace->until};
  }
  return OfGate(core, service, gate, now);
}

Assessment AssessMissing(const Core& core, MonoTime now) {
  if (!Awake(core)) return Asleep(core);
  if (const Override* o = ActiveOverride(core, Uuid{}, now)) {
    return {TimeClass::kExcused, CauseOfExcuse(*o), Block::kOverride, o->until};
  }
  if (const auto grace = ActiveGrace(core, now)) {
    return {TimeClass::kExcused, grace->cause, Block::kNone, grace->until};
  }
  if (!core.installed_known) return {TimeClass::kUnknown, causes::kStatusUnknown, Block::kUnknown, {}};
  return {TimeClass::kViolation, causes::kServiceMissing, Block::kNone, {}};
}

void Judge(Core& core, Turn& turn) {
  if (!core.policy_known) return;
  CloseManagerRestart(core, turn);  // while it is open, it is the cause of what is unknown
  Judging judging(core, turn);
  if (SetupHolds(core)) return judging.EndOthers();
  for (const auto& [id, service] : core.services) {
    if (service.required) JudgeService(core, turn, judging, service);
  }
  for (const int i : core.missing) {
    JudgeMissing(core, turn, judging, core.policy->services[static_cast<size_t>(i)]);
  }
  for (const int i : core.observed) {
    const ServiceRule& rule = core.policy->services[static_cast<size_t>(i)];
    judging.Is(rule.label, Uuid{}, {TimeClass::kObservedOnly, CauseOf(Observe(core, rule)), Block::kNone, {}},
               [&](Verdict& verdict) {
                 verdict.rule = rule.label;
                 verdict.detail = ExplainObserved(core, rule);
               });
  }
  judging.EndOthers();
  CloseFoundServices(core, turn);
}

}  // namespace holdfast::engine

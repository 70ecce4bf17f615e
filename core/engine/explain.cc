#include "core/engine/explain.h"

#include "absl/strings/str_cat.h"
#include "core/engine/causes.h"
#include "core/engine/coverage.h"
#include "core/engine/fight.h"
#include "core/engine/gate.h"
#include "core/engine/ladder.h"
#include "core/engine/liveness.h"
#include "core/engine/start_watch.h"
#include "core/engine/suspension.h"
#include "core/engine/trust.h"

namespace holdfast::engine {
namespace {

std::string In(std::optional<MonoTime> at, MonoTime now) {
  return at && *at > now ? absl::StrCat(" in ", FormatShort(*at - now)) : "";
}
std::string For(std::optional<MonoTime> until, MonoTime now) {
  return until && *until > now ? absl::StrCat(" for another ", FormatShort(*until - now)) : "";
}

std::string ExplainWork(const Core& core, const Service& service, MonoTime now) {
  const std::string age = FormatShort(now - service.phase_since);
  switch (service.phase) {
    case Phase::kStarting:
      return absl::StrCat("A start was sent ", age, " ago and it is not connected yet.");
    case Phase::kConnecting:
      return absl::StrCat("It has been ", SessionStatusName(service.delivered.status), " for ", age, ".");
    case Phase::kStopping:
      return absl::StrCat("A stop was sent ", age, " ago; it is started again once it is down.");
    case Phase::kDisconnecting:
      return absl::StrCat("It has been disconnecting for ", age, ".");
    case Phase::kDown:
    case Phase::kUp:
    case Phase::kUnlearned:
      break;
  }
  return Enforcing(core) ? "It is down and about to be started."
                         : "It is down; in audit mode Holdfast does not start it.";
}

std::string ExplainFailure(const Service& service) {
  const std::string& detail = service.failures.detail;
  return absl::StrCat("The last failure: ", FailureWords(service.failures.last),
                      detail.empty() ? "" : absl::StrCat(" (", detail, ")"), ".");
}

// Not every stop that is counted as a person's is one: a program is named where the system tells.
std::string WhoStopped(const Service& service) {
  const std::string& by = service.delivered.requested_by;
  return by.empty() || !IsDown(service.delivered.status) || IsPersonsTool(by) ? "A person" : by;
}

std::string ExplainTrusted(const Core& core) {
  const TrustedAction action = core.policy->trusted_network_action;
  return absl::StrCat("The Mac is on the trusted network ", core.trust.proven, ", where the policy ",
                      action == TrustedAction::kDisconnect ? "keeps it down."
                      : action == TrustedAction::kPause    ? "stops it once and starts nothing."
                                                           : "starts nothing.");
}

std::string ExplainHold(const Service& service) {
  switch (service.failures.hold) {
    case Hold::kAskPerson:
      return absl::StrCat(ExplainFailure(service), " It is not tried again until the person connects it.");
    case Hold::kYield:
      return "Another service keeps taking its place, so it yields until the policy changes or a person "
             "connects "
             "it.";
    case Hold::kGone:
      return absl::StrCat(ExplainFailure(service), " It waits for its configuration to be installed again.");
    case Hold::kNoRetry:
    case Hold::kNone:
      break;
  }
  return absl::StrCat(ExplainFailure(service), " A retry cannot help.");
}

std::string ExplainGrace(absl::string_view cause, std::optional<MonoTime> until, MonoTime now) {
  const absl::string_view what = cause == causes::kBootGrace    ? "The Mac has just started"
                                 : cause == causes::kLoginGrace ? "Somebody has just logged in"
                                 : cause == causes::kPostUpdateGrace
                                     ? "macOS or an extension was just updated"
                                     : "The Mac has just woken up";
  return absl::StrCat(what, "; nothing is judged", For(until, now), ".");
}

std::string ExplainOverride(const Core& core, const Uuid& service, const Assessment& a, MonoTime now) {
  const Override* excuse = ActiveOverride(core, service, now);
  return excuse == nullptr ? "" : absl::StrCat(ExplainExcuse(*excuse), For(a.until, now), ".");
}

std::string ExplainViolation(const Core& core, const Service& service, const Assessment& a, MonoTime now) {
  if (a.block == Block::kHold) return ExplainHold(service);
  if (a.block == Block::kCircuit) {
    return absl::StrCat("Restarting it failed repeatedly; nothing is tried", For(a.until, now), ".");
  }
  if (a.block == Block::kStorm) {
    return "Something starts it over and over; Holdfast sends nothing until that has been quiet for a "
           "minute.";
  }
  if (a.block == Block::kPersonStop) {
    return absl::StrCat(WhoStopped(service), " disconnected it; ",
                        Enforcing(core) ? absl::StrCat("it is restored", In(a.until, now), ".")
                                        : "in audit mode Holdfast does not restore it.");
  }
  if (a.block == Block::kConflict) {
    return "Another full tunnel is required too and comes first; the two would supersede each other for "
           "ever.";
  }
  if (a.block == Block::kDisabled) return "Its configuration is disabled on this Mac.";
  if (a.cause == causes::kFalseConnected) {
    const RestartBlock block = RestartBlockOf(core, service, now);
    return absl::StrCat("It says connected, but no probe gets an answer through it. ",
                        block.why.empty() ? "It is about to be restarted." : block.why);
  }
  if (a.cause == causes::kCoverage) {
    return absl::StrCat("It is connected, but does not carry what it must. ",
                        Coverage(core, service, now).why);
  }
  if (a.block == Block::kUntrusted) {
    return "This network is none of the trusted ones, and the policy starts nothing here.";
  }
  if (a.cause == causes::kBudget) {
    return absl::StrCat("It was started as often as the policy allows; the next start is possible",
                        In(a.until, now), ".");
  }
  if (a.block == Block::kBackoff && service.phase == Phase::kDown) {
    return absl::StrCat(ExplainFailure(service), Enforcing(core)
                                                     ? absl::StrCat(" The next try is", In(a.until, now), ".")
                                                     : " In audit mode Holdfast does not try again.");
  }
  return ExplainWork(core, service, now);
}

// In audit mode a start is only written down.
NextStep Start(const Core& core, absl::string_view what, std::optional<MonoTime> at, absl::string_view why) {
  return {Enforcing(core) ? std::string(what) : "only note a start", at, std::string(why)};
}

NextStep NextByGate(const Core& core, const Service& service, MonoTime now) {
  const Gate gate = StartGate(core, service, now);
  switch (gate.block) {
    case Block::kNone:
      return Enforcing(core) ? NextStep{"start", now, "nothing stands against it"}
                             : NextStep{"nothing in audit mode", {}, "a start would be sent now"};
    case Block::kAsleep:
      return {"nothing until the Mac is awake",
              {},
              "nothing is started while it sleeps or wakes for maintenance only"};
    case Block::kUnknown:
      return {"nothing until its status is known", {}, "the system has not told it yet"};
    case Block::kOverride:
      return Start(core, "start", gate.until, "enforcement is held back until then");
    case Block::kLogin:
      return {"nothing until somebody logs in", {}, "it needs a person's session"};
    case Block::kNoNetwork:
      return {"nothing until the network is back", {}, "there is no usable network path"};
    case Block::kDownAfterUpdate:
      return {"nothing until the network is back", {}, "no host answers since an extension was updated"};
    case Block::kTrusted:
      return {"nothing on this network", {}, absl::StrCat("it is the trusted network ", core.trust.proven)};
    case Block::kUntrusted:
      return {"nothing on this network", {}, "it is none of the trusted ones"};
    case Block::kCaptive:
      return Start(core, "start", gate.until, "a captive portal waits for a person until then, at most");
    case Block::kDisabled:
      return {"nothing until its configuration is enabled", {}, "the configuration is disabled"};
    case Block::kConflict:
      return {
          "nothing until only one full tunnel is required", {}, "it and another would supersede each other"};
    case Block::kStandby:
      return {"nothing while another member of its group has the turn",
              {},
              absl::StrCat("at most one service of conflict group \"", service.group, "\" is up")};
    case Block::kAllowedStop:
      return gate.until ? Start(core, "start", gate.until, "the policy lets a person's stop last until then")
                        : NextStep{"nothing until a person connects it", {}, "the policy allows that stop"};
    case Block::kInteractive:
      return {"nothing until the person connects it", {}, "only a person can sign in"};
    case Block::kHold:
      return {"nothing until a person connects it or the policy or configuration changes",
              {},
              "trying again by itself would do harm or no good"};
    case Block::kCircuit:
      return Start(core, "retry", gate.until, "after so many failed restarts nothing is tried until then");
    case Block::kStorm:
      return Start(core, "start", gate.until,
                   "something else asks for starts in bursts; Holdfast's wait until it is quiet");
    case Block::kPersonStop:
      return Start(core, "start", gate.until, "so long the policy leaves it down after it was disconnected");
    case Block::kBudget:
      return Start(core, "retry", gate.until, "the policy limits the number of starts");
    case Block::kSettling:
      return Start(core, "start", gate.until,
                   TrustPendingUntil(core, now) ? "the network may prove until then that it is a trusted one"
                                                : "the network must have held until then");
    case Block::kBackoff:
      return Start(core, "retry", gate.until, "there is a pause after each failure");
  }
  return {};
}

// What a tunnel that is up waits for.
NextStep NextWhenUp(const Core& core, const Service& service, MonoTime now) {
  const std::optional<MonoTime> probe =
      core.policy->liveness.probes.empty() ? std::nullopt : service.alive.next_round;
  if (service.alive.false_connected) {
    const RestartBlock block = RestartBlockOf(core, service, now);
    return block.why.empty() ? NextStep{"restart", {}, "nothing answers through it"}
                             : NextStep{"probe", probe, "it counts as connected again when one answers"};
  }
  if (Coverage(core, service, now).is == CoverageView::Is::kMissing) {
    return {"nothing", {}, "it is connected, and Holdfast changes no routes or resolvers"};
  }
  return probe ? NextStep{"probe", probe, "it is connected"} : NextStep{"nothing", {}, "it is connected"};
}

NextStep NextWhileMoving(const Core& core, const Service& service, MonoTime now, absl::string_view goal) {
  if (!IsStuck(core, service, now)) {
    return {"look again", StuckAt(core, service),
            absl::StrCat("it counts as stuck if it is not ", goal, " by then")};
  }
  const Gate gate = StartGate(core, service, now);
  if (gate.block != Block::kNone && gate.block != Block::kBackoff) return NextByGate(core, service, now);
  return Enforcing(core) ? NextStep{"restart", now, "it is stuck"}
                         : NextStep{"nothing in audit mode", {}, "it is stuck, and would be restarted now"};
}

}  // namespace

std::string Explain(const Core& core, const Service& service, const Assessment& a, MonoTime now) {
  if (causes::IsGrace(a.cause)) return ExplainGrace(a.cause, a.until, now);
  switch (a.time_class) {
    case TimeClass::kProtected:
      return "It is connected.";
    case TimeClass::kViolation:
      return ExplainViolation(core, service, a, now);
    case TimeClass::kExcused:
      if (a.cause == causes::kTrustedNetwork) {
        return ExplainTrusted(core);
      }
      if (a.cause == causes::kCaptiveHold) {
        return absl::StrCat("A captive portal wants a person to sign in; nothing is started",
                            For(a.until, now), ".");
      }
      if (a.cause == causes::kStandby) {
        return absl::StrCat("It stands by: another service of conflict group \"", service.group,
                            "\" has the turn.");
      }
      if (a.block == Block::kOverride) return ExplainOverride(core, service.facts.id, a, now);
      return absl::StrCat(WhoStopped(service), " disconnected it, which the policy allows",
                          a.until ? absl::StrCat("; it is restored", In(a.until, now)) : "", ".");
    case TimeClass::kNoNetwork:
      if (a.cause == causes::kDownAfterUpdate) {
        return "No host answers since an extension was updated; restarting it would not help.";
      }
      if (a.cause == causes::kCaptivePortal) {
        return "A captive portal still stands between this Mac and the internet; starts are tried all the "
               "same.";
      }
      if (a.cause != causes::kSettling) return "There is no usable network.";
      return TrustPendingUntil(core, now)
                 ? "The network is there; whether it is a trusted one is being asked."
                 : "The network is there but has not held long enough yet.";
    case TimeClass::kAwaitingUser:
      return a.cause == causes::kInteractive ? "Only a person can sign in; it waits for them."
                                             : "It waits for somebody to log in.";
    case TimeClass::kAsleepOrOff:
      return a.cause == causes::kShutdown ? "The Mac is shutting down." : "The Mac is asleep.";
    case TimeClass::kObservedOnly:
    case TimeClass::kNotRequired:
      break;
    case TimeClass::kUnknown:
      if (a.cause == causes::kCoverageUnknown) {
        return absl::StrCat("It is connected. ", Coverage(core, service, now).why);
      }
      return a.cause == causes::kSessionManager ? "The session manager restarted; its status is read again."
                                                : "Its status is not known yet.";
  }
  return "";
}

std::string ExplainMissing(const Core& core, const Assessment& a, MonoTime now) {
  if (causes::IsGrace(a.cause)) return ExplainGrace(a.cause, a.until, now);
  if (a.cause == causes::kServiceMissing) return "No installed configuration matches the rule.";
  if (a.block == Block::kOverride) return ExplainOverride(core, Uuid{}, a, now);
  if (a.time_class == TimeClass::kAsleepOrOff) return "The Mac is asleep or shutting down.";
  return "What is installed is not known yet.";
}

std::vector<std::string> Reasons(const Core& core, const Service& service, const Assessment& a,
                                 MonoTime now) {
  std::vector<std::string> reasons;
  if (service.remedy.step) {
    reasons.push_back(absl::StrCat("It is being restarted (step ", *service.remedy.step + 1, " of ",
                                   core.policy->ladder.size(), ": ",
                                   StepName(core.policy->ladder[*service.remedy.step]), ")."));
  }
  if (service.remedy.failed_ladders > 0) {
    reasons.push_back(
        absl::StrCat("Restarts in a row that did not help: ", service.remedy.failed_ladders, "."));
  }
  if (!service.failures.cause.empty()) reasons.push_back(ExplainFailure(service));
  if (const auto usual = UsualLatency(service, 95); usual && service.slow) {
    reasons.push_back(absl::StrCat("95 of 100 times it connects within ", FormatShort(*usual), "."));
  }
  // Where the stop itself decides, the first sentence says so.
  if (service.person_stop && a.block != Block::kPersonStop && a.block != Block::kAllowedStop) {
    reasons.push_back(absl::StrCat(WhoStopped(service), " disconnected it ",
                                   FormatShort(now - *service.person_stop), " ago."));
  }
  if (service.on_demand_paused && service.facts.on_demand) {
    reasons.push_back("Holdfast's stop paused its On Demand until the next start.");
  }
  const std::optional<int>& reason = service.delivered.stop_reason;
  if (service.learned && IsDown(service.delivered.status) && reason &&
      CauseOfStopReason(*reason) != FailureCause::kNone &&
      StopReasonText(*reason) != service.failures.detail) {
    reasons.push_back(absl::StrCat("The system says: ", StopReasonText(*reason), "."));
  }
  return reasons;
}

NextStep Next(const Core& core, const Service& service, MonoTime now) {
  if (!Awake(core)) return NextByGate(core, service, now);
  switch (service.phase) {
    case Phase::kUp:
      return NextWhenUp(core, service, now);
    case Phase::kStarting:
    case Phase::kConnecting:
      return NextWhileMoving(core, service, now, "connected");
    case Phase::kStopping:
    case Phase::kDisconnecting:
      return NextWhileMoving(core, service, now, "down");
    case Phase::kDown:
      return NextByGate(core, service, now);
    case Phase::kUnlearned:
      break;
  }
  return {"nothing until its status is known", {}, "the system has not told it yet"};
}

}  // namespace holdfast::engine

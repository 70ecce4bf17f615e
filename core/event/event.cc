#include "core/event/event.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace holdfast {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

std::string NameOr(const std::string& name, const Uuid& id) {
  return name.empty() ? id.ToString() : name;
}

absl::string_view CommandVerb(Command::Verb verb) {
  return verb == Command::Verb::kStart ? "start" : "stop";
}

absl::string_view OutcomeName(CommandOutcome::Result result) {
  switch (result) {
    case CommandOutcome::Result::kReached:
      return "reached";
    case CommandOutcome::Result::kRefused:
      return "refused";
    case CommandOutcome::Result::kFailed:
      return "failed";
    case CommandOutcome::Result::kTimedOut:
      return "timed out";
    case CommandOutcome::Result::kSkipped:
      return "skipped";
    case CommandOutcome::Result::kSuperseded:
      return "superseded";
  }
  return "unknown";
}

absl::string_view RequestVerb(UserRequest::Verb verb) {
  switch (verb) {
    case UserRequest::Verb::kConnect:
      return "connect";
    case UserRequest::Verb::kDisconnect:
      return "disconnect";
    case UserRequest::Verb::kOverride:
      return "override";
    case UserRequest::Verb::kEndOverride:
      return "end of override";
  }
  return "unknown";
}

std::string DescribePolicy(const PolicyChange& e) {
  switch (e.outcome) {
    case PolicyChange::Outcome::kApplied:
      return absl::StrCat("policy version ", e.version, " applied from ", e.source);
    case PolicyChange::Outcome::kRejected:
      return absl::StrCat("policy from ", e.source, " rejected: ", e.error);
    case PolicyChange::Outcome::kKept:
      return absl::StrCat("policy version ", e.version, " from ", e.source, " kept",
                          e.error.empty() ? "" : ": ", e.error);
  }
  return "policy";
}

std::string DescribeRetry(const RetryState& e) {
  std::string text =
      e.failures_in_row == 0
          ? "no failure to answer for"
          : absl::StrCat(e.failures_in_row, " failures in a row, the last: ", FailureWords(e.cause));
  if (e.backoff > absl::ZeroDuration()) absl::StrAppend(&text, "; next start in ", FormatShort(e.backoff));
  if (e.failed_ladders > 0) absl::StrAppend(&text, "; ", e.failed_ladders, " failed ladders");
  if (e.circuit_open > absl::ZeroDuration()) {
    absl::StrAppend(&text, "; circuit open for ", FormatShort(e.circuit_open));
  }
  return text;
}

std::string DescribeSelfCheck(const SelfCheck& e) {
  std::string text = absl::StrCat("self-check of ", e.of);
  for (const SelfCheck::Part& part : e.parts) {
    if (!part.ok) absl::StrAppend(&text, ", not ", part.name, part.detail.empty() ? "" : ": ", part.detail);
  }
  return text;
}

std::string DescribeNetwork(const NetworkFacts& e) {
  const auto by = [](const std::string& interface) { return interface.empty() ? "none" : interface; };
  return absl::StrCat("routes: IPv4 by ", by(e.route_v4), ", IPv6 by ", by(e.route_v6),
                      "; resolvers: ", e.resolvers.empty() ? "none" : "",
                      absl::StrJoin(e.resolvers, ", ", [&](std::string* out, const ResolverFacts& r) {
                        absl::StrAppend(out, r.address, " by ", by(r.interface_name));
                      }));
}

}  // namespace

absl::string_view SuspensionName(SuspensionBegan::Kind kind) {
  switch (kind) {
    case SuspensionBegan::Kind::kEmergency:
      return "emergency suspension";
    case SuspensionBegan::Kind::kHold:
      return "maintenance hold";
    case SuspensionBegan::Kind::kWindow:
      return "maintenance window";
  }
  return "suspension";
}

bool IsSecret(const Credential& shown) {
  return shown.kind == Credential::Kind::kCode || shown.kind == Credential::Kind::kPasscode;
}

absl::string_view CredentialName(Credential::Kind kind) {
  switch (kind) {
    case Credential::Kind::kNone:
      break;
    case Credential::Kind::kPasscode:
      return "passcode";
    case Credential::Kind::kCode:
      return "code";
    case Credential::Kind::kTicket:
      return "ticket";
  }
  return "credential";
}

std::string SubjectOf(const Event& event) {
  return std::visit(Overloaded{
                        [](const SessionEvent& e) { return e.service.ToString(); },
                        [](const ProbeResult& e) { return e.service.ToString(); },
                        [](const UserRequest& e) { return e.service.IsNil() ? "" : e.service.ToString(); },
                        [](const BeaconFacts& e) { return e.name; },
                        [](const Command& e) { return e.service.ToString(); },
                        [](const CommandOutcome& e) { return e.service.ToString(); },
                        [](const RetryState& e) { return e.service.ToString(); },
                        [](const StartBurst& e) { return e.service.ToString(); },
                        [](const Verdict& e) { return e.key; },
                        [](const IncidentOpened& e) { return e.name; },
                        [](const IncidentClosed& e) { return e.name; },
                        [](const CheckResult& e) { return e.name; },
                        [](const LogFinding& e) { return e.subject; },
                        [](const SelfCheck& e) { return e.of; },
                        [](const auto&) { return std::string(); },
                    },
                    event);
}

std::string Describe(const Event& event) {
  return std::visit(
      Overloaded{
          [](const EpochBegan& e) { return absl::StrCat("a new journal began: ", e.reason); },
          [](const Gap& e) {
            return absl::StrCat("rows ", e.first, "-", e.last, " were dropped before upload (", e.count, ")");
          },
          [](const Pruned& e) { return absl::StrCat("rows up to ", e.through, " pruned by retention"); },
          [](const AgentStarted& e) {
            return absl::StrCat("agent ", e.agent_version, " started",
                                FollowsUncleanStop(e) ? " after an unclean stop" : "");
          },
          [](const AgentStopped& e) { return absl::StrCat("agent stopped: ", e.reason); },
          [](const SessionEvent& e) {
            std::string text = absl::StrCat("session ", SessionStatusName(e.status));
            if (e.stop_reason && *e.stop_reason != 0)
              absl::StrAppend(&text, ", ", StopReasonText(*e.stop_reason));
            if (!e.requested_by.empty()) absl::StrAppend(&text, ", asked by ", e.requested_by);
            if (!e.detail.empty()) absl::StrAppend(&text, " (", e.detail, ")");
            return text;
          },
          [](const PathFacts& e) {
            return e.satisfied ? absl::StrCat("network up on ", e.interface_name,
                                              e.has_resolver ? "" : ", no resolver")
                               : std::string("no network");
          },
          [](const PowerChanged& e) { return absl::StrCat("power: ", PowerEventName(e.event)); },
          [](const ConsoleUser& e) {
            return e.present ? absl::StrCat(e.name, " is at the console") : "nobody is at the console";
          },
          [](const InstalledFacts& e) {
            return absl::StrCat("installed: ", e.services.size(), " services, ", e.proxies.size(),
                                " transparent proxies, ", e.filters.size(), " content filters, ",
                                e.findings.size(), " findings");
          },
          [](const ProbeResult& e) {
            return e.ok ? absl::StrCat("probe ", e.target, " answered")
                        : absl::StrCat("probe ", e.target, " failed: ", e.error);
          },
          [](const PolicyChange& e) { return DescribePolicy(e); },
          [](const SessionManagerRestarted& e) {
            return absl::StrCat("the session manager restarted", e.detail.empty() ? "" : ": ", e.detail);
          },
          [](const UserRequest& e) {
            return absl::StrCat(RequestVerb(e.verb), " asked by ",
                                e.user.empty() ? absl::StrCat("uid ", e.uid) : e.user,
                                e.reason.empty() ? "" : ": ", e.reason);
          },
          [](const ClockJump& e) {
            return absl::StrCat("the clock jumped by ", absl::FormatDuration(e.wall_minus_mono));
          },
          [](const NetworkFacts& e) { return DescribeNetwork(e); },
          [](const PortalFacts& e) {
            return absl::StrCat("captive portal: ", PortalStateName(e.state), e.detail.empty() ? "" : " (",
                                e.detail, e.detail.empty() ? "" : ")");
          },
          [](const BeaconFacts& e) {
            return absl::StrCat("trusted network ", e.name, e.proven ? " proven" : " not proven",
                                e.detail.empty() ? "" : ": ", e.detail);
          },
          [](const RestartBrake& e) {
            return e.lasts <= absl::ZeroDuration()
                       ? std::string("the server lets tunnels be restarted again")
                       : absl::StrCat("the server holds restarts back for ", FormatShort(e.lasts),
                                      e.reason.empty() ? "" : ": ", e.reason);
          },
          [](const Command& e) {
            return absl::StrCat(e.dry_run ? "would " : "", CommandVerb(e.verb), " (", e.why, ")");
          },
          [](const CommandOutcome& e) {
            return absl::StrCat("command ", OutcomeName(e.result), e.detail.empty() ? "" : ": ", e.detail);
          },
          [](const Verdict& e) {
            return absl::StrCat(NameOr(e.service_name.empty() ? e.rule : e.service_name, e.service), ": ",
                                TimeClassName(e.time_class), e.cause.empty() ? "" : "/", e.cause,
                                e.detail.empty() ? "" : ": ", e.detail);
          },
          [](const IncidentOpened& e) { return absl::StrCat("incident ", e.name, ": ", e.summary); },
          [](const IncidentClosed& e) { return absl::StrCat("incident ", e.name, " closed: ", e.reason); },
          [](const CheckResult& e) {
            return absl::StrCat("check ", e.name, e.passed ? " passed" : " failed",
                                e.detail.empty() ? "" : ": ", e.detail);
          },
          [](const OverrideBegan& e) {
            return absl::StrCat("override by ", e.user, " until ", FormatUtc(e.until_wall), ": ", e.reason);
          },
          [](const OverrideEnded& e) { return absl::StrCat("override ended: ", e.why); },
          [](const RetryState& e) { return DescribeRetry(e); },
          [](const SystemFacts& e) {
            return absl::StrCat("system: ", e.configurations.size(), " configurations, ",
                                e.dns_proxies.size(), " DNS proxies, ", e.xsan_volumes.size(),
                                " Xsan volumes");
          },
          [](const ServerContact& e) {
            return e.reachable ? absl::StrCat("server ", e.server, " is reached")
                               : absl::StrCat("server ", e.server, " is not reached: ", e.error);
          },
          [](const LogFinding& e) { return absl::StrCat("log: ", e.subject, ": ", e.text); },
          [](const SelfCheck& e) { return DescribeSelfCheck(e); },
          [](const StartBurst& e) {
            return absl::StrCat(e.requested_by.empty() ? "On Demand" : e.requested_by, " asked for a start ",
                                e.starts, " times in ", FormatShort(e.within));
          },
          [](const SetupFacts& e) {
            return std::string(e.running ? "Setup Assistant runs" : "Setup Assistant has ended");
          },
          [](const SuspensionBegan& e) {
            return absl::StrCat(SuspensionName(e.kind), e.name.empty() ? "" : " ", e.name,
                                e.issued_by.empty() ? "" : " by ", e.issued_by, " until ",
                                FormatUtc(e.until_wall), e.disconnect ? ", sessions are stopped" : "",
                                e.reason.empty() ? "" : ": ", e.reason);
          },
          [](const SuspensionEnded& e) {
            return absl::StrCat(SuspensionName(e.kind), e.name.empty() ? "" : " ", e.name, " ended: ", e.why);
          },
          [](const CodeSpent& e) {
            return absl::StrCat("override code ", e.code_id, " was used, for ",
                                absl::FormatDuration(e.length));
          },
          [](const WrongCredential& e) {
            return absl::StrCat("a wrong ", CredentialName(e.kind), " was shown for an override by ",
                                e.user.empty() ? absl::StrCat("uid ", e.uid) : e.user);
          },
      },
      event);
}

}  // namespace holdfast

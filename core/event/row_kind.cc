// Kinds of rows: their names and numbers, and which event has which.
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/event/event.h"

namespace holdfast {

absl::string_view RowKindName(RowKind kind) {
  switch (kind) {
    case RowKind::kEpochBegan:
      return "epoch_began";
    case RowKind::kGap:
      return "gap";
    case RowKind::kPruned:
      return "pruned";
    case RowKind::kAgentStarted:
      return "agent_started";
    case RowKind::kAgentStopped:
      return "agent_stopped";
    case RowKind::kSession:
      return "session";
    case RowKind::kPath:
      return "path";
    case RowKind::kPower:
      return "power";
    case RowKind::kConsoleUser:
      return "console_user";
    case RowKind::kInstalled:
      return "installed";
    case RowKind::kProbe:
      return "probe";
    case RowKind::kPolicy:
      return "policy";
    case RowKind::kSessionManager:
      return "session_manager";
    case RowKind::kUserRequest:
      return "user_request";
    case RowKind::kClockJump:
      return "clock_jump";
    case RowKind::kSystem:
      return "system";
    case RowKind::kServerContact:
      return "server_contact";
    case RowKind::kLogFinding:
      return "log_finding";
    case RowKind::kSelfCheck:
      return "self_check";
    case RowKind::kNetwork:
      return "network";
    case RowKind::kPortal:
      return "portal";
    case RowKind::kBeacon:
      return "beacon";
    case RowKind::kRestartBrake:
      return "restart_brake";
    case RowKind::kStartBurst:
      return "start_burst";
    case RowKind::kSetup:
      return "setup";
    case RowKind::kCommand:
      return "command";
    case RowKind::kCommandOutcome:
      return "command_outcome";
    case RowKind::kRetry:
      return "retry";
    case RowKind::kVerdict:
      return "verdict";
    case RowKind::kIncidentOpened:
      return "incident_opened";
    case RowKind::kIncidentClosed:
      return "incident_closed";
    case RowKind::kCheck:
      return "check";
    case RowKind::kOverrideBegan:
      return "override_began";
    case RowKind::kOverrideEnded:
      return "override_ended";
    case RowKind::kSuspensionBegan:
      return "suspension_began";
    case RowKind::kSuspensionEnded:
      return "suspension_ended";
    case RowKind::kCodeSpent:
      return "code_spent";
    case RowKind::kWrongCredential:
      return "wrong_credential";
  }
  return "unknown";
}

absl::StatusOr<RowKind> ParseRowKind(absl::string_view name) {
  constexpr uint16_t kLastKind = 255;  // numbers are small and only ever appended
  std::vector<absl::string_view> known;
  for (uint16_t number = 1; number <= kLastKind; ++number) {
    const auto kind = static_cast<RowKind>(number);
    if (RowKindName(kind) == "unknown") continue;
    if (RowKindName(kind) == name) return kind;
    known.push_back(RowKindName(kind));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("history: unknown kind '", name, "'; the kinds are ", absl::StrJoin(known, ", ")));
}

RowKind KindOf(const Event& event) {
  constexpr RowKind kKinds[] = {RowKind::kEpochBegan,
                                RowKind::kGap,
                                RowKind::kPruned,
                                RowKind::kAgentStarted,
                                RowKind::kAgentStopped,
                                RowKind::kSession,
                                RowKind::kPath,
                                RowKind::kPower,
                                RowKind::kConsoleUser,
                                RowKind::kInstalled,
                                RowKind::kProbe,
                                RowKind::kPolicy,
                                RowKind::kSessionManager,
                                RowKind::kUserRequest,
                                RowKind::kClockJump,
                                RowKind::kNetwork,
                                RowKind::kPortal,
                                RowKind::kBeacon,
                                RowKind::kRestartBrake,
                                RowKind::kCommand,
                                RowKind::kCommandOutcome,
                                RowKind::kVerdict,
                                RowKind::kIncidentOpened,
                                RowKind::kIncidentClosed,
                                RowKind::kCheck,
                                RowKind::kOverrideBegan,
                                RowKind::kOverrideEnded,
                                RowKind::kRetry,
                                RowKind::kSystem,
                                RowKind::kServerContact,
                                RowKind::kLogFinding,
                                RowKind::kSelfCheck,
                                RowKind::kStartBurst,
                                RowKind::kSetup,
                                RowKind::kSuspensionBegan,
                                RowKind::kSuspensionEnded,
                                RowKind::kCodeSpent,
                                RowKind::kWrongCredential};
  static_assert(std::size(kKinds) == std::variant_size_v<Event>);
  return kKinds[event.index()];
}

}  // namespace holdfast

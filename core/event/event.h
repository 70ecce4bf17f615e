// What a journal row says. Inputs of the engine and its outcomes are both rows, so that history can be
// replayed. Kind numbers are part of the row format: they are only ever appended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/sha256.h"
#include "base/time.h"
#include "core/event/time_class.h"
#include "core/facts.h"
#include "core/system_facts.h"

namespace holdfast {

enum class RowKind : uint16_t {
  kEpochBegan = 1,
  kGap = 2,
  kPruned = 3,
  kAgentStarted = 10,
  kAgentStopped = 11,
  kSession = 20,
  kPath = 21,
  kPower = 22,
  kConsoleUser = 23,
  kInstalled = 24,
  kProbe = 25,
  kPolicy = 26,
  kSessionManager = 27,
  kUserRequest = 28,
  kClockJump = 29,
  kSystem = 30,
  kServerContact = 37,
  kLogFinding = 38,
  kSelfCheck = 39,
  kNetwork = 31,
  kPortal = 32,
  kBeacon = 33,
  kRestartBrake = 34,
  kStartBurst = 35,
  kCommand = 40,
  kCommandOutcome = 41,
  kRetry = 42,
  kSetup = 43,
  kVerdict = 50,
  kIncidentOpened = 60,
  kIncidentClosed = 61,
  kCheck = 70,
  kOverrideBegan = 80,
  kOverrideEnded = 81,
  kSuspensionBegan = 82,
  kSuspensionEnded = 83,
  kCodeSpent = 84,
  kWrongCredential = 85,
};
absl::string_view RowKindName(
    RowKind kind);  // "session", "incident_opened"; "kind_99" is never returned: "unknown"
// INVALID_ARGUMENT lists the names there are.
absl::StatusOr<RowKind> ParseRowKind(absl::string_view name);

// --- the log about itself
struct EpochBegan {
  std::string reason;  // "created", "set_aside: ...", "re_enrolled"
  std::optional<uint64_t> previous_epoch;
  friend bool operator==(const EpochBegan&, const EpochBegan&) = default;
};
// Rows [first, last] were dropped before they could be acknowledged; the chain continues from last_hash.
struct Gap {
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t count = 0;
  Sha256Digest last_hash{};
  friend bool operator==(const Gap&, const Gap&) = default;
};
// Acknowledged rows up to here were pruned by retention.
struct Pruned {
  uint64_t through = 0;
  Sha256Digest hash{};
  friend bool operator==(const Pruned&, const Pruned&) = default;
};

// --- the agent
struct AgentStarted {
  std::string agent_version;
  std::string os_build;
  // The last moment the previous run is known to have been alive; nothing on the first run.
  std::optional<Stamp> last_alive;
  bool clean_stop = false;  // the previous run wrote AgentStopped
  friend bool operator==(const AgentStarted&, const AgentStarted&) = default;
};
inline bool FollowsUncleanStop(const AgentStarted& started) {
  return started.last_alive && !started.clean_stop;
}
struct AgentStopped {
  std::string reason;  // "stop", "shutdown", "upgrade"
  friend bool operator==(const AgentStopped&, const AgentStopped&) = default;
};

// --- inputs of the engine
struct PowerChanged {
  PowerEvent event = PowerEvent::kFullWake;
  friend bool operator==(const PowerChanged&, const PowerChanged&) = default;
};
struct ProbeResult {
  Uuid service;
  std::string target;  // "tcp:10.66.0.1:443"; "inbound": whether bytes came in through the service
  bool ok = false;
  std::string error;
  absl::Duration round_trip;
  friend bool operator==(const ProbeResult&, const ProbeResult&) = default;
};
struct PolicyChange {
  enum class Outcome : uint8_t { kApplied = 1, kRejected = 2, kKept = 3 };
  Outcome outcome = Outcome::kApplied;
  uint64_t version = 0;
  Sha256Digest id{};   // SHA-256 of the signed bytes (of the file's bytes for a local file)
  std::string source;  // "server", "file:PATH", "builtin"
  std::string error;   // why, when rejected
  friend bool operator==(const PolicyChange&, const PolicyChange&) = default;
};
struct SessionManagerRestarted {
  std::string detail;
  friend bool operator==(const SessionManagerRestarted&, const SessionManagerRestarted&) = default;
};
// What a person shows for an override. Never part of a row but for its kind, when it was wrong.
struct Credential {
  enum class Kind : uint8_t { kNone = 0, kPasscode = 1, kCode = 2, kTicket = 3 };
  Kind kind = Kind::kNone;
  std::string text;  // as typed; of a passcode and a code only until it was verified
  bool good = false;
  std::string problem;    // why it is not
  std::string id;         // of a code: what both sides know it by
  absl::Duration length;  // of a code: what it is good for
  friend bool operator==(const Credential&, const Credential&) = default;
};
absl::string_view CredentialName(Credential::Kind kind);  // "passcode"
// A passcode or a code: what somebody may guess.
bool IsSecret(const Credential& shown);
struct UserRequest {
  enum class Verb : uint8_t { kConnect = 1, kDisconnect = 2, kOverride = 3, kEndOverride = 4 };
  Verb verb = Verb::kConnect;
  uint64_t request = 0;  // answered by an effect with the same number; 0 in rows of earlier runs
  Uuid service;
  uint32_t uid = 0;
  std::string user;
  std::string reason;
  absl::Duration duration;
  Credential credential;
  friend bool operator==(const UserRequest&, const UserRequest&) = default;
};
struct ClockJump {
  absl::Duration wall_minus_mono;  // how far the wall clock moved against the monotonic one
  friend bool operator==(const ClockJump&, const ClockJump&) = default;
};

// --- outcomes
struct Command {
  enum class Verb : uint8_t { kStart = 1, kStop = 2 };
  uint64_t id = 0;
  Verb verb = Verb::kStart;
  Uuid service;
  std::string why;  // "always_connected", "ladder:StopWaitStart", "user:501"
  bool as_user = false;
  bool counted = true;   // against the attempt budget
  bool dry_run = false;  // audit mode: it would have been issued
  friend bool operator==(const Command&, const Command&) = default;
};
struct CommandOutcome {
  uint64_t id = 0;
  Uuid service;
  enum class Result : uint8_t {
    kReached = 1,
    kRefused = 2,
    kFailed = 3,
    kTimedOut = 4,
    kSkipped = 5,
    kSuperseded = 6
  };
  Result result = Result::kReached;
  FailureCause cause = FailureCause::kNone;
  std::string detail;
  friend bool operator==(const CommandOutcome&, const CommandOutcome&) = default;
};
// What stands between a service and our next start of it, as durations from this row on. A later run goes on
// from the newest one.
struct RetryState {
  Uuid service;
  int failures_in_row = 0;
  FailureCause cause = FailureCause::kNone;  // of the last failure
  std::string detail;
  absl::Duration backoff;  // zero: none
  int failed_ladders = 0;
  absl::Duration circuit_open;  // zero: closed
  friend bool operator==(const RetryState&, const RetryState&) = default;
};
// The class of time of one required service from this row on. One service that one rule requires is one
// `key`.
struct Verdict {
  std::string key;   // RULE or RULE/UUID: see RequiredKey
  std::string rule;  // the rule's label
  Uuid service;      // nil when nothing matches the rule
  std::string service_name;
  TimeClass time_class = TimeClass::kUnknown;
  std::string cause;   // stable identifier: "user", "stuck", "boot_grace", "server_unreachable", ...
  std::string detail;  // a sentence for people
  friend bool operator==(const Verdict&, const Verdict&) = default;
};
struct IncidentOpened {
  std::string name;      // of the registry: "stuck_connecting"
  std::string severity;  // "info", "warning", "error", "critical"
  std::string key;       // with name, at most one open at a time: a service's UUID, a bundle id, or empty
  std::string summary;   // one sentence with the evidence
  std::string evidence;  // "k=v; k=v"
  std::string suspects;  // what changed in the ten minutes before; may be empty
  friend bool operator==(const IncidentOpened&, const IncidentOpened&) = default;
};
struct IncidentClosed {
  std::string name;
  std::string key;
  uint64_t opened_seq = 0;  // 0 when not known to the engine: the journal's readers find it by name and key
  std::string reason;
  friend bool operator==(const IncidentClosed&, const IncidentClosed&) = default;
};
struct CheckResult {
  std::string name;  // "proxy_order", "content_filter:BUNDLE"
  bool passed = false;
  std::string detail;
  friend bool operator==(const CheckResult&, const CheckResult&) = default;
};
struct OverrideBegan {
  Uuid service;  // nil: every service
  uint32_t uid = 0;
  std::string user;
  std::string reason;
  WallTime until_wall;
  MonoTime until_mono;
  friend bool operator==(const OverrideBegan&, const OverrideBegan&) = default;
};
struct OverrideEnded {
  Uuid service;
  std::string why;  // "expired", "ended_by_user", "user_switched", "policy"
  friend bool operator==(const OverrideEnded&, const OverrideEnded&) = default;
};
// Enforcement stands still for every service because an administrator said so.
struct SuspensionBegan {
  enum class Kind : uint8_t { kEmergency = 1, kHold = 2, kWindow = 3 };
  Kind kind = Kind::kEmergency;
  uint64_t number = 0;  // of the order; 0 for a window of the policy
  std::string name;     // of the window
  std::string reason;
  std::string issued_by;
  bool disconnect = false;  // sessions were stopped at its begin
  WallTime until_wall;
  MonoTime until_mono;
  friend bool operator==(const SuspensionBegan&, const SuspensionBegan&) = default;
};
struct SuspensionEnded {
  SuspensionBegan::Kind kind = SuspensionBegan::Kind::kEmergency;
  uint64_t number = 0;
  std::string name;
  std::string why;  // "expired", "withdrawn", "policy"
  friend bool operator==(const SuspensionEnded&, const SuspensionEnded&) = default;
};
absl::string_view SuspensionName(SuspensionBegan::Kind kind);  // "emergency suspension"
// A single-use code was accepted: never again.
struct CodeSpent {
  std::string code_id;
  Uuid service;
  uint32_t uid = 0;
  absl::Duration length;
  friend bool operator==(const CodeSpent&, const CodeSpent&) = default;
};
// More wrong passcodes and codes in an hour are neither looked at nor recorded.
inline constexpr size_t kMostWrongCredentials = 5;
// The person at the Mac showed a passcode or a code that is not right: one guess of the few in an hour.
struct WrongCredential {
  uint32_t uid = 0;
  std::string user;
  Credential::Kind kind = Credential::Kind::kNone;
  friend bool operator==(const WrongCredential&, const WrongCredential&) = default;
};

using Event =
    std::variant<EpochBegan, Gap, Pruned, AgentStarted, AgentStopped, SessionEvent, PathFacts, PowerChanged,
                 ConsoleUser, InstalledFacts, ProbeResult, PolicyChange, SessionManagerRestarted, UserRequest,
                 ClockJump, NetworkFacts, PortalFacts, BeaconFacts, RestartBrake, Command, CommandOutcome,
                 Verdict, IncidentOpened, IncidentClosed, CheckResult, OverrideBegan, OverrideEnded,
                 RetryState, SystemFacts, ServerContact, LogFinding, SelfCheck, StartBurst, SetupFacts,
                 SuspensionBegan, SuspensionEnded, CodeSpent, WrongCredential>;

RowKind KindOf(const Event& event);
// What the row is about, for indexes and filters: a service's UUID, a verdict's key, an incident's name; else
// empty.
std::string SubjectOf(const Event& event);
// One plain sentence for people: "Corp VPN: connecting -> connected". Never contains secrets.
std::string Describe(const Event& event);

}  // namespace holdfast

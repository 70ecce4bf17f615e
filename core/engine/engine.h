// The enforcement engine: (state, time, input) -> (state, effects). Pure and deterministic: no clock, no I/O,
// no threads, and its randomness (jitter) is a generator inside its own state. Equal seeds and equal inputs
// give equal effects. Not thread-safe: one executor owns it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "core/event/event.h"
#include "core/facts.h"
#include "core/policy/policy.h"

namespace holdfast {

// --- inputs. Those that are also events are recorded as rows by the engine before it acts on them.
struct PolicyApplied {
  std::shared_ptr<const Policy> policy;
  PolicyChange change;
};
struct PolicyRejected {
  PolicyChange change;  // the last good policy stays in force
};
struct CommandAnswer {
  uint64_t command = 0;
  absl::Status status;  // OK: accepted, which is not "connected"
};
struct TimerFired {};
// Something that is not the engine's own found it: the journal set a file aside, the uplink was refused, ...
struct IncidentReported {
  std::string name;
  std::string key;
  std::string summary;
  bool open = true;
};
// An order of the server with a good signature that is for this device. It stands still until it is over, or
// an order withdraws it.
struct SuspensionOrdered {
  SuspensionBegan::Kind kind = SuspensionBegan::Kind::kEmergency;
  uint64_t number = 0;
  std::optional<uint64_t> withdraws;  // nothing else counts then
  std::string reason;
  std::string issued_by;
  bool disconnect = false;
  absl::Duration remaining;  // at most a day
};
using EngineInput =
    std::variant<AgentStarted, AgentStopped, PolicyApplied, PolicyRejected, SessionEvent, PathFacts,
                 PowerChanged, ConsoleUser, InstalledFacts, ProbeResult, NetworkFacts, PortalFacts,
                 BeaconFacts, RestartBrake, SessionManagerRestarted, UserRequest, CommandAnswer,
                 IncidentReported, TimerFired, SystemFacts, ServerContact, LogFinding, SelfCheck, StartBurst,
                 SetupFacts, SuspensionOrdered>;

// --- effects, in the order they must be carried out.
struct Record {
  Event event;
};
struct StartSession {
  uint64_t command = 0;
  Uuid service;
  std::optional<uint32_t> as_uid;  // the console user whose credentials it needs
};
struct StopSession {
  uint64_t command = 0;
  Uuid service;
};
struct RunProbe {
  Uuid service;  // nil: through no tunnel in particular
  Probe probe;
  absl::Duration timeout;
};
// Answered with a ProbeResult whose target is "inbound": ok when bytes came in through the service since the
// last time.
struct CountInbound {
  Uuid service;
};
struct LookForPortal {
  std::vector<PortalProbe> probes;
  PathFacts path;  // to be asked outside every tunnel; its network_id goes into the answer
  absl::Duration timeout;
};
struct AskBeacon {
  TrustedNetwork network;
  PathFacts path;  // as above
  absl::Duration timeout;
};
struct AnswerRequest {
  uint64_t request = 0;
  absl::Status status;
  std::string text;  // what was done, or what to do instead
};
struct NotifyUser {
  uint32_t uid = 0;
  std::string title;
  std::string text;
};
using Effect = std::variant<Record, StartSession, StopSession, RunProbe, CountInbound, LookForPortal,
                            AskBeacon, AnswerRequest, NotifyUser>;

// --- what it can tell about itself, for `holdfastctl status` and `why`.
struct NextStep {
  std::string what;  // "start", "judge", "retry", "nothing until the network is back"
  std::optional<MonoTime> at;
  std::string why;
};
struct ServiceView {
  std::string key;  // of the verdict; empty for a service that no rule names
  std::string rule;
  ServiceFacts facts;
  SessionStatus status = SessionStatus::kInvalid;
  MonoTime status_since;
  Verdict verdict;
  MonoTime verdict_since;
  std::vector<std::string> reasons;  // sentences, the most important first
  NextStep next;
  int attempts_last_hour = 0;
  int attempts_left_now = 0;  // until the tighter of both budgets is used up
  int failures_in_row = 0;
  bool circuit_open = false;
  std::optional<MonoTime> override_until;
};
struct OpenIncident {
  IncidentOpened incident;
  Stamp opened;
};
struct EngineView {
  EnforcementMode mode = EnforcementMode::kAudit;
  uint64_t policy_version = 0;
  Sha256Digest policy_id{};
  std::string policy_source;
  std::string policy_error;  // of the last rejected document, empty when the last one was applied
  PathFacts path;
  NetworkFacts network;
  PortalState portal = PortalState::kUnknown;
  std::string trusted_network;  // whose beacon proved it; empty: none
  ConsoleUser console_user;
  bool asleep = false;
  std::vector<ServiceView> services;  // required ones first, in the policy's order, then the rest by name
  std::vector<ProxyFacts> proxies;
  std::vector<FilterFacts> filters;
  std::optional<SystemFacts> system;  // nothing: not told yet
  std::vector<CheckResult> checks;
  std::vector<OpenIncident> incidents;
};

class Engine {
 public:
  explicit Engine(uint64_t seed);
  ~Engine();
  // A copy goes its own way from here: for trying what would be.
  Engine(const Engine& other);
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  // Rebuilds what must survive a restart (attempts spent, overrides that still run, open incidents, command
  // numbers) from one row of an earlier run. Call it for the recent rows in order, before the first Step.
  // Gives no effects.
  void Recall(const Stamp& at, uint64_t seq, const Event& event);

  // `now` never goes back in monotonic time within one boot.
  std::vector<Effect> Step(const Stamp& now, const EngineInput& input);

  // When Step wants a TimerFired if nothing else happens before. A time in the past means at once.
  std::optional<MonoTime> NextDeadline() const;

  EngineView View(const Stamp& now) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace holdfast

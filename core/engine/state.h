// The engine's whole state, as plain values. The free functions beside it (session.h, start.h, ladder.h, ...)
// change it; each is called within one Turn.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "core/engine/boots.h"
#include "core/engine/budget.h"
#include "core/engine/changes.h"
#include "core/engine/engine.h"
#include "core/engine/incident_table.h"
#include "core/engine/phase.h"
#include "core/engine/turn.h"

namespace holdfast::engine {

// A command of ours whose outcome is not known yet.
struct Outstanding {
  uint64_t id = 0;
  Command::Verb verb = Command::Verb::kStart;
  // A start: the stop reason delivered before it, which a skipped start is reported with again.
  std::optional<int> reason_before;
  MonoTime sent_at;
  // A start: counted against the budget at this moment.
  std::optional<MonoTime> counted_at;
  // A start: disconnected was delivered again after it without saying anything new.
  bool down_repeated = false;
};

// Why we do not try again by ourselves. Cleared by a new policy, a re-installed configuration, a person's own
// connect, a login, or the service coming up by itself.
enum class Hold : uint8_t { kNone, kAskPerson, kNoRetry, kGone, kYield };

struct Failures {
  int in_row = 0;     // since it last stayed up
  int to_asking = 0;  // failures whose cause allows one retry only
  FailureCause last = FailureCause::kNone;
  absl::string_view cause;  // of causes.h; empty when nothing failed
  std::string detail;
  std::optional<MonoTime> not_before;  // backoff
  Hold hold = Hold::kNone;
  // Within the last ten minutes.
  std::deque<MonoTime> supersedes, foreign_stops, foreign_starts;
};

struct Remedy {
  std::optional<size_t> step;  // of the policy's ladder, while one is climbed
  int failed_ladders = 0;
  std::optional<MonoTime> open_until;  // the circuit
};

// What the last row of kind retry says.
struct Pace {
  int failures_in_row = 0;
  FailureCause cause = FailureCause::kNone;
  std::optional<MonoTime> not_before;
  int failed_ladders = 0;
  std::optional<MonoTime> open_until;
  friend bool operator==(const Pace&, const Pace&) = default;
};

struct Alive {
  std::optional<MonoTime> next_round;
  std::optional<MonoTime> failing_since;
  std::map<std::string, bool> last;  // by target
  bool false_connected = false;
  std::optional<bool> inbound;  // bytes came in since the last look
};

// Restarts of what is falsely connected.
struct Revival {
  int futile = 0;  // in a row: nothing answered after it
  std::optional<MonoTime> not_before;
};

struct Service {
  ServiceFacts facts;  // only the id where nothing is installed
  std::string id_text;
  bool installed = false;
  int rule = -1;          // index into the policy's services; -1: no rule names it, it is never touched
  bool required = false;  // by that rule, now
  std::string key;        // of its verdict while required
  std::string group;      // of its rule while required
  bool excluded = false;  // another required full tunnel comes before it

  bool learned = false;  // a status was delivered in this run
  SessionEvent delivered;
  MonoTime status_since;
  bool was_up_before_restart = false;  // recalled: the last status of the previous run, same boot
  bool start_unsettled = false;        // recalled: the last run did not learn what became of its start
  Phase phase = Phase::kUnlearned;
  MonoTime phase_since;
  std::optional<MonoTime> up_since;  // since it was first up; kept while it reasserts
  std::optional<Outstanding> command;
  bool on_demand_paused = false;  // by our stop, until a start

  AttemptLog attempts;
  Failures failures;
  Remedy remedy;
  Pace recorded;
  Alive alive;
  Revival revival;
  bool pause_due = false;                    // it was up when its network was proven trusted
  std::optional<MonoTime> storm_until;       // others start it in bursts
  std::optional<MonoTime> connecting_since;  // delivered
  std::deque<absl::Duration> latencies;      // connecting to connected, the newest last
  bool slow = false;                         // slow_start is open
  int dead_starts = 0;                       // in a row: starts of ours that did not even begin
  struct BeforeBoot {
    std::optional<int> stop_reason;
  };
  std::optional<BeforeBoot> to_restore;  // it was connected when the last boot ended
  std::optional<MonoTime> person_stop;
  std::optional<MonoTime> group_stop;    // we stopped it in favour of its group
  bool yielded = false;                  // its group's stops are not repeated while it stays up
  std::optional<uint32_t> person_start;  // asked while it was going down: started once it is
  bool asked_to_connect = false;         // interactive: the person was told in this episode
  bool dry_noted = false;                // audit: what would be done is recorded once per phase
};

enum class Power : uint8_t { kAwake, kDarkWake, kAsleep, kShutdown };

// Whether a captive portal stands in between, and our patience with it.
struct Portal {
  PortalFacts facts;
  std::optional<MonoTime> due;                         // the pages are asked then
  std::optional<MonoTime> asked;                       // last time
  bool asking = false;                                 // and not answered yet
  std::optional<MonoTime> hold_since;                  // of this network's newest hold
  std::deque<std::pair<std::string, MonoTime>> holds;  // by network, in the last 24 hours
};

// Whether this network proved to be a trusted one.
struct Trust {
  std::map<std::string, BeaconFacts> answers;  // of this network, by name
  std::set<std::string> asking;                // names not answered yet
  std::optional<MonoTime> answers_by;          // of a question that is waited for
  std::optional<MonoTime> due;
  bool renewal = false;  // the question that is due only asks again: what is known holds until the answer
  std::string proven;    // name; empty: not trusted
};

enum class GraceKind : uint8_t { kBoot, kLogin, kWake, kOsUpdate, kExtensionUpdate };

struct GraceBegun {
  GraceKind kind;
  MonoTime at;
};

struct Graces {
  std::deque<GraceBegun> begun;                   // of somewhat more than a day, by time
  std::array<std::optional<MonoTime>, 5> newest;  // by kind; of this boot, updates of any

  std::optional<MonoTime> Newest(GraceKind kind) const { return newest[static_cast<size_t>(kind)]; }
};

// What holds enforcement back: a person's override, or a suspension by an administrator.
struct Override {
  std::optional<SuspensionBegan::Kind> suspension;  // nothing: a person's
  uint64_t number = 0;                              // of a suspension's order
  std::string name;                                 // of a window
  std::string reason;                               // of a suspension
  std::optional<absl::Duration> by_code;            // a code allows this long, whatever the policy says
  Uuid service;                                     // nil: every service
  uint32_t uid = 0;
  std::string user;
  MonoTime began;
  MonoTime until;
  WallTime until_wall;
};

// One that goes on, whatever its causes.
struct Violation {
  MonoTime since;
  bool told = false;  // the person, as Compliance.Action says
};

// A wrong passcode or code.
struct Guess {
  MonoTime at;
  WrongCredential wrong;
};

struct KnownVerdict {
  Verdict verdict;
  MonoTime since;
  uint64_t round = 0;  // of judging in which its key was last required
};

// One host that must answer outside every tunnel.
struct HostReach {
  MonoTime since;         // it answers, or fails, since then
  int failed_rounds = 0;  // in a row
  std::string error;
};
struct Reachability {
  std::map<std::string, HostReach> hosts;  // by "HOST:PORT", those that were asked
  std::optional<MonoTime> next_round;
};
struct Contact {
  ServerContact facts;
  MonoTime since;
};
struct ExtensionUpdate {
  ExtensionChange change;
  MonoTime at;
};

// What the last review of checks rested on: it is repeated only when that changed.
struct ReviewBasis {
  uint64_t version = 0;  // grows with whatever a check looks at
  bool in_grace = false;
  friend bool operator==(const ReviewBasis&, const ReviewBasis&) = default;
};

// What rows of earlier runs told and the first Step turns into times of this boot.
struct Recalled {
  struct Attempt {
    uint64_t command = 0;
    Uuid service;
    Stamp at;
  };
  std::vector<Attempt> attempts;
  std::vector<Stamp> unclean_stops;  // when the run after one began
  std::map<Uuid, Stamp> unsettled_starts;
  std::map<Uuid, std::pair<Stamp, RetryState>> paces;
  std::vector<std::pair<Uuid, Stamp>> supersedes;
  std::vector<Stamp> overrides_begun;
  std::vector<std::pair<Stamp, OverrideBegan>> overrides;
  std::vector<std::pair<Stamp, SuspensionBegan>> suspensions;
  std::map<Uuid, std::pair<Stamp, absl::Duration>> codes;  // the newest by service
  std::vector<std::pair<Stamp, WrongCredential>> guesses;
  std::map<Uuid, std::pair<Stamp, SessionEvent>> sessions;
  std::map<Uuid, Stamp> allowed_stops;
  std::map<Uuid, int> to_asking;
  std::map<Uuid, Stamp> authentication_counted;
  std::map<std::string, Verdict> verdicts;
  std::optional<std::pair<Stamp, ConsoleUser>> console;
  std::optional<InstalledFacts> installed;
  std::optional<SystemFacts> system;
  std::optional<PathFacts> path;
  std::string os_build;
  std::vector<std::pair<Stamp, GraceKind>> graces;
  std::optional<std::pair<Stamp, ExtensionChange>> extension_update;
  std::vector<std::pair<Stamp, std::string>> changes;  // suspects
  std::optional<Stamp> last_path;                      // a satisfied one
  std::optional<SetupFacts> setup;
  bool shutting_down = false;
  std::map<Uuid, Stamp> bursts;
  std::map<Uuid, Stamp> connecting;
  std::vector<std::pair<Uuid, absl::Duration>> latencies;
  struct WentDown {
    Stamp at;
    std::optional<int> reason;
  };
  std::map<Uuid, WentDown> went_down;
  std::map<Uuid, std::optional<int>> up_at_end;  // of the boot before; why it went down
  std::optional<Stamp> last;                     // of all rows
  Boots boots;
  bool was_asleep = false;
  std::optional<Stamp> first_start_of_boot;
  std::vector<std::pair<Stamp, std::string>> portals;  // networks on which one was met
  std::optional<std::pair<Stamp, RestartBrake>> brake;
};

struct Core {
  SplitMix64 random;
  bool begun = false;  // the first Step was made
  Recalled recalled;

  std::shared_ptr<const Policy> policy = std::make_shared<Policy>();
  PolicyChange policy_change;  // the one in force
  bool policy_known = false;
  std::string policy_error;

  InstalledFacts installed;
  bool installed_known = false;
  std::string os_build;
  std::optional<ExtensionUpdate> extension_update;  // the last one
  SystemFacts system;
  bool system_known = false;
  std::set<std::string> managed_before;  // identifiers that MDM has installed at some time
  std::map<std::string, SelfCheck> self_checks;
  std::set<std::string> capabilities_seen;       // "session:start": was usable at some time
  std::map<std::string, MonoTime> saves_denied;  // last time, by bundle id
  std::optional<Contact> contact;
  Reachability reach;
  std::map<Uuid, Service> services;
  std::map<std::string, std::vector<Uuid>> groups;  // required members by position
  std::vector<int> missing;                         // rules that require and match nothing
  std::vector<int> observed;                        // rules that name an interface
  bool binding_stale = true;

  PathFacts path;
  bool path_known = false;
  MonoTime path_since;  // it has held since
  bool setup_running = false;
  bool network_seen = false;  // a satisfied path, in this boot
  NetworkFacts network;
  bool network_known = false;
  Portal portal;
  Trust trust;
  std::optional<MonoTime> brake_until;  // the server holds restarts back
  Power power = Power::kAwake;
  MonoTime resumed_at;  // timers of ours begin no earlier: it slept before
  Graces graces;
  ConsoleUser console;
  bool console_known = false;
  bool login_seen = false;  // in this boot
  std::optional<int64_t> wall_minus_mono;
  BootId boot;

  std::vector<Override> overrides;
  std::deque<MonoTime> overrides_begun;  // in the last 24 hours
  std::set<std::string> spent_codes;
  std::deque<Guess> guesses;                    // in the last hour
  std::map<std::string, Violation> violations;  // by key
  std::map<std::string, KnownVerdict> verdicts;
  uint64_t judged = 0;  // rounds of judging
  IncidentTable incidents;
  std::vector<CheckResult> checks;
  uint64_t reviews_due = 0;
  ReviewBasis reviewed;
  uint64_t next_command = 1;
  std::vector<MonoTime> assumed_attempts;  // after unclean stops: spent by each service
  bool plain_starts = false;               // the back end cannot start on behalf of a user
  bool stopped = false;                    // AgentStopped was recorded: nothing follows it
  std::optional<MonoTime> deadline;
};

inline const ServiceRule& RuleOf(const Core& core, const Service& service) {
  return core.policy->services[static_cast<size_t>(service.rule)];
}
inline bool Awake(const Core& core) {
  return core.power == Power::kAwake || (core.power == Power::kDarkWake && !core.policy->ignore_dark_wake);
}
inline bool Enforcing(const Core& core) {
  return core.policy->mode == EnforcementMode::kEnforce;
}
// Nothing is judged and nothing is shown while the Mac is being set up.
inline bool SetupHolds(const Core& core) {
  return core.setup_running && core.policy->setup_hold;
}
// Whether there is somebody to tell, and anything to tell them.
inline bool MayNotify(const Core& core) {
  return Enforcing(core) && core.console.present && !SetupHolds(core);
}
inline const std::string& NameOf(const Service& service) {
  return service.facts.name.empty() ? service.id_text : service.facts.name;
}

// The service of that id, made when it was unknown.
Service& FindOrAdd(Core& core, const Uuid& id);

}  // namespace holdfast::engine

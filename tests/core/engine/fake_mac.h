// A Mac in miniature that drives an Engine on virtual time. Its session manager behaves as nesessionmanager
// does: statuses are optimistic right after a command, a start of a session that is not disconnected is
// skipped without an error, a stop takes its time, and events arrive later than they happen.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/engine.h"

namespace holdfast {

// What the next attempts of a service come to.
struct Outcome {
  std::optional<int> stop_reason;  // set: the attempt fails with it after `after`
  bool hangs = false;              // connecting for ever
  bool silent = false;             // the start has no effect at all
  absl::Duration after = absl::Seconds(1);
};

class FakeMac {
 public:
  explicit FakeMac(uint64_t seed = 1);

  // --- the Mac's life. Each step runs the engine.
  void Boot(const Policy& policy);  // agent, policy, services, statuses, path, user: everything that is there
  void Restart(bool clean = true);  // of the agent alone: a new engine recalls the rows
  // Of the Mac: every session is down (for `reason`), a new boot and a new run of the agent begin.
  void Reboot(int reason = 34);
  void Apply(const Policy& policy);
  void Give(const EngineInput& input);
  void Advance(absl::Duration d);  // due events and timers happen on the way, in order
  void Install(const std::vector<ServiceFacts>& services);
  void SetPath(bool satisfied, const std::string& network = "office");
  void Login(uint32_t uid, const std::string& name);
  void Logout();
  void JumpWall(absl::Duration d) { wall_ahead_ += d; }

  // --- other actors
  void PersonStarts(const Uuid& service, const std::string& who = "System Settings[312]");
  void PersonStops(const Uuid& service, const std::string& who = "System Settings[312]");
  void Drops(const Uuid& service, int reason);
  // Nothing is told again unless `tells`.
  void ManagerRestarts(bool tells);
  void Deliver(const Uuid& service, SessionStatus status, std::optional<int> reason = {},
               const std::string& by = "");
  uint64_t Ask(UserRequest::Verb verb, const Uuid& service, const std::string& reason = "",
               absl::Duration duration = {}, std::optional<uint32_t> uid = {},
               const Credential& credential = {});

  // --- how sessions behave
  Outcome& OutcomeOf(const Uuid& service) { return sessions_[service].outcome; }
  void HangStop(const Uuid& service, bool hangs) { sessions_[service].stop_hangs = hangs; }
  bool honours_on_behalf = true;
  absl::Status start_answer;  // of the back end
  bool probes_answer = true;
  std::optional<bool> inbound;  // whether bytes come in; nothing: the back end does not tell
  PortalState portal = PortalState::kOpen;
  bool beacons_answer = true;
  std::set<std::string> beacons;  // networks on which each beacon proves itself
  absl::Duration delivery = absl::Milliseconds(20);
  bool boots_logged_in = true;
  bool boots_with_path = true;

  // --- what came of it
  struct Row {
    Stamp at;
    Event event;
  };
  template <class T>
  std::vector<T> Rows() const {
    std::vector<T> all;
    for (const Row& row : rows_) {
      if (const T* event = std::get_if<T>(&row.event)) all.push_back(*event);
    }
    return all;
  }
  const std::vector<Row>& rows() const { return rows_; }
  const std::vector<std::pair<MonoTime, Effect>>& effects() const { return effects_; }
  int Starts(const Uuid& service) const;
  int Stops(const Uuid& service) const;
  std::vector<MonoTime> StartTimes(const Uuid& service) const;
  std::vector<NotifyUser> Notices() const;
  AnswerRequest AnswerTo(uint64_t request) const;
  Verdict VerdictOf(const std::string& key) const;    // the newest
  std::string ClassOf(const std::string& key) const;  // "violation/user"
  std::vector<std::string> ClassesOf(const std::string& key) const;
  bool IncidentIsOpen(const std::string& name) const;
  EngineView View() const { return engine_->View(Now()); }
  ServiceView ServiceViewOf(const std::string& key) const;
  Stamp Now() const;
  // Whether an attempt would connect it, as far as the Mac goes, and the engine was last told the truth of
  // it.
  bool CouldConnect(const Uuid& service);
  SessionStatus Real(const Uuid& service) { return sessions_[service].status; }
  Engine& engine() { return *engine_; }
  // Called after each step with its effects, in order; for invariants.
  std::function<void(const EngineInput&, const std::vector<Effect>&)> on_step;

 private:
  struct Session {
    SessionStatus status = SessionStatus::kDisconnected;
    std::optional<int> stop_reason;
    std::string requested_by;
    uint64_t life = 0;  // timers of an earlier start or stop do nothing
    Outcome outcome;
    bool stop_hangs = false;
    bool told = false;  // the newest event says what is so
  };
  void At(absl::Duration delay, std::function<void()> work);
  void RunDue(MonoTime until);
  void BeginRun(const std::optional<Stamp>& last, bool clean);
  void Carry(const Effect& effect);
  void CarryNetwork(const Effect& effect);
  void Change(const Uuid& service, SessionStatus status);
  void Report(const Uuid& service);
  void StartReal(const Uuid& service, const std::string& by);
  void StopReal(const Uuid& service, const std::string& by);

  uint64_t seed_;
  std::unique_ptr<Engine> engine_;
  MonoTime mono_{int64_t{100} * 1'000'000'000};
  absl::Duration wall_ahead_;
  BootId boot_;
  Policy policy_;
  uint64_t policy_version_ = 0;
  std::vector<ServiceFacts> services_;
  std::map<Uuid, Session> sessions_;
  uint64_t generation_ = 0;
  uint64_t request_ = 0;
  PathFacts path_;
  ConsoleUser user_;
  std::map<std::pair<MonoTime, uint64_t>, std::function<void()>> queue_;
  uint64_t order_ = 0;
  std::vector<Row> rows_;
  std::vector<std::pair<MonoTime, Effect>> effects_;
};

// --- a usual policy: one rule "corp" for the one service, no graces, no settle, jitter or liveness.
ServiceFacts CorpVpn();
Policy CorpPolicy();
inline const Uuid kCorp = Uuid::FromName("corp");

}  // namespace holdfast

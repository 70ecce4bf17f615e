// The simulated nesessionmanager: one state machine per VPN configuration, with the habits of the real one
// (docs/ne-session.md, 1.6 and 1.7): a start that finds the session not disconnected is skipped without an
// error, on demand is damped and paused, full tunnels supersede each other, too many rapid starts exhaust
// it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "core/facts.h"
#include "sim/awake_timers.h"
#include "sim/settings.h"

namespace holdfast::sim {

// What the session manager sees of the rest of the Mac.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  virtual const PathFacts& path() const = 0;
  virtual const ConsoleUser& console_user() const = 0;
  virtual Gateway GatewayAt(const std::string& address) const = 0;
};

// Who sends a command.
struct Requester {
  std::string name;  // "System Settings"
  int pid = 0;
  std::optional<uint32_t> as_uid;  // whose credentials a start may use
  bool attributed = true;          // the log tells others who it was
};

class SessionManager {
 public:
  // Statuses as the manager itself sees them, without a generation.
  using Report = std::function<void(const SessionEvent&)>;
  using Log = std::function<void(const std::string&)>;
  // A start was asked for, whatever becomes of it; `who` is empty for On Demand.
  using StartAsked = std::function<void(const Uuid& service, const std::string& who)>;
  // Whenever a session's status changes, at that moment, whatever is reported of it.
  using Watch = std::function<void(const Uuid& service, SessionStatus status)>;

  SessionManager(AwakeTimers& timers, SplitMix64& random, const Settings& settings,
                 const Surroundings& surroundings, Report report, Log log, StartAsked start_asked);

  void SetWatch(Watch watch) { watch_ = std::move(watch); }

  // Ends (reason 32) the sessions that are not among `services`.
  void Remove(const std::vector<ServiceFacts>& remaining);
  // Makes sessions for those that are new and re-creates (reason 37) those that changed.
  void Configure(const std::vector<ServiceFacts>& services);

  void Start(const Uuid& service, const Requester& by);
  void Stop(const Uuid& service, const Requester& by);
  // Takes a session down for a reason of ne_session's table. Nothing when it is down already.
  void Drop(const Uuid& service, int reason);
  void DropAll(int reason, const std::function<bool(const ServiceFacts&)>& which);

  // Something about the network changed: the path, the network, a gateway.
  void PathChanged(bool roamed);
  void GatewayChanged(const std::string& address);

  // Dies now, is back after Timers::manager_restart and then calls `back`. Sessions are down afterwards
  // unless Settings say otherwise.
  void Restart(std::function<void()> back);
  bool running() const { return running_; }
  // All sessions are down, without a report, and nothing of what was going on goes on.
  void Reboot();

  // The next stop of this session takes the whole Stopping timer.
  void SetStopHangs(const Uuid& service, bool hangs);

  // Its provider is called so much later than usual.
  void SetSlowStart(const Uuid& service, absl::Duration later);

  bool Has(const Uuid& service) const { return sessions_.contains(service); }
  const ServiceFacts* Facts(const Uuid& service) const;
  SessionStatus StatusOf(const Uuid& service) const;
  // The session's status as an event.
  SessionEvent Current(const Uuid& service) const;
  std::vector<SessionEvent> CurrentOfAll() const;
  // How many starts were skipped or refused, for tests.
  uint64_t skipped() const { return skipped_; }

 private:
  struct Session {
    ServiceFacts facts;
    SessionStatus status = SessionStatus::kDisconnected;
    int stop_reason = 0;
    std::string requested_by;
    uint64_t serial = 0;  // grows with each change: a timer of an earlier state does nothing
    std::deque<MonoTime> starts;
    bool exhausted = false;
    bool stop_hangs = false;
    absl::Duration slow_start;
    bool on_demand_paused = false;
    int on_demand_failures = 0;
    bool by_on_demand = false;
    std::optional<uint32_t> as_uid;
  };

  using Step = std::function<void(Session&)>;

  // Commands.
  bool Refused(Session& session, const std::string& who);
  bool Exhaust(Session& session);
  void ReportAgain(const Uuid& service);
  void Forget(bool keep_tunnels);

  // States.
  void Enter(Session& session, SessionStatus status);
  // Runs the step unless the session has changed its state by then.
  void Later(Session& session, absl::Duration delay, Step step);
  void FailLater(Session& session, absl::Duration delay, int reason);
  void BeginStart(Session& session);
  void Negotiate(Session& session);
  void Establish(Session& session);
  void BeginStop(Session& session, int reason);
  void Fail(Session& session, int reason);
  void Supersede(const Session& by);
  void Reassert(Session& session);
  void ConsiderOnDemand(Session& session);
  void RunOnDemand(Session& session);
  bool Up(const Session& session) const;
  bool Answers(const Session& session) const;
  bool HasCredentials(const Session& session) const;
  absl::Duration StartingTimer(const Session& session) const;
  absl::Duration Vary(absl::Duration d);
  void Say(const Session& session, const std::string& text);

  AwakeTimers& timers_;
  SplitMix64& random_;
  const Settings& settings_;
  const Surroundings& around_;
  Report report_;
  Log log_;
  StartAsked start_asked_;
  Watch watch_;
  std::map<Uuid, Session> sessions_;
  bool running_ = true;
  std::vector<std::function<void()>> waiting_;  // starts that came while it was being started again
  uint64_t life_ = 0;                           // grows with each reboot
  uint64_t serials_ = 0;
  uint64_t skipped_ = 0;
};

}  // namespace holdfast::sim

// Configuration and commands. What a session does after them is in session_states.cc.
#include "sim/session_manager.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sim/log.h"

namespace holdfast::sim {
namespace {

constexpr int kReasonStopCommand = 1;
constexpr int kReasonRemoved = 32;
constexpr int kReasonConfigurationChanged = 37;

std::string Describe(const Requester& by) {
  return absl::StrCat(by.name, "[", by.pid, "]");
}

}  // namespace

SessionManager::SessionManager(AwakeTimers& timers, SplitMix64& random, const Settings& settings,
                               const Surroundings& surroundings, Report report, Log log,
                               StartAsked start_asked)
    : timers_(timers),
      random_(random),
      settings_(settings),
      around_(surroundings),
      report_(std::move(report)),
      log_(std::move(log)),
      start_asked_(std::move(start_asked)) {}

void SessionManager::Remove(const std::vector<ServiceFacts>& remaining) {
  std::set<Uuid> stay;
  for (const ServiceFacts& service : remaining) stay.insert(service.id);
  for (auto it = sessions_.begin(); it != sessions_.end();) {
    Session& session = it->second;
    if (stay.contains(it->first)) {
      ++it;
      continue;
    }
    session.stop_reason = kReasonRemoved;
    session.requested_by.clear();
    if (session.status != SessionStatus::kDisconnected) Enter(session, SessionStatus::kDisconnected);
    it = sessions_.erase(it);
  }
}

void SessionManager::Configure(const std::vector<ServiceFacts>& services) {
  for (const ServiceFacts& facts : services) {
    auto [it, fresh] = sessions_.try_emplace(facts.id);
    Session& session = it->second;
    const bool changed = !fresh && session.facts != facts;
    session.facts = facts;
    if (fresh) {
      session.serial = ++serials_;
      report_(Current(facts.id));
    } else if (changed && Up(session)) {
      session.requested_by.clear();
      BeginStop(session, kReasonConfigurationChanged);
    }
    ConsiderOnDemand(session);
  }
}

void SessionManager::Start(const Uuid& service, const Requester& by) {
  if (!running_) {
    // launchd starts the manager for it; the request waits.
    waiting_.push_back([this, service, by] { Start(service, by); });
    return;
  }
  auto it = sessions_.find(service);
  if (it == sessions_.end()) return;
  Session& session = it->second;
  const std::string who = Describe(by);
  Say(session, absl::StrCat(": Received a start command from ", who));
  start_asked_(service, who);
  if (Refused(session, who)) return;
  session.on_demand_paused = false;
  session.on_demand_failures = 0;
  session.by_on_demand = false;
  session.as_uid = by.as_uid;
  session.requested_by = by.attributed ? who : "";
  BeginStart(session);
}

bool SessionManager::Refused(Session& session, const std::string& who) {
  if (session.status != SessionStatus::kDisconnected) {
    Say(session, absl::StrCat(": Skip a start command from ", who, ": session in state ",
                              SessionStatusName(session.status)));
  } else if (!Exhaust(session)) {
    return false;
  }
  ++skipped_;
  ReportAgain(session.facts.id);
  return true;
}

// The client believes in its own optimistic status until it has asked again.
void SessionManager::ReportAgain(const Uuid& service) {
  timers_.After(settings_.timers.info, [this, service] {
    if (Has(service)) report_(Current(service));
  });
}

bool SessionManager::Exhaust(Session& session) {
  const MonoTime now = timers_.Now().mono;
  session.starts.push_back(now);
  while (now - session.starts.front() > settings_.exhausting_window) session.starts.pop_front();
  if (static_cast<int>(session.starts.size()) > settings_.exhausting_starts) session.exhausted = true;
  if (session.exhausted) Say(session, ": cannot start: no file descriptor left");
  return session.exhausted;
}

void SessionManager::Stop(const Uuid& service, const Requester& by) {
  auto it = sessions_.find(service);
  if (!running_ || it == sessions_.end()) return;  // nobody is there to hear it
  Session& session = it->second;
  Say(session, absl::StrCat(": Received a stop command from ", Describe(by)));
  session.on_demand_paused = true;
  if (!Up(session)) {
    ReportAgain(service);
    return;
  }
  session.requested_by = by.attributed ? Describe(by) : "";
  BeginStop(session, kReasonStopCommand);
}

void SessionManager::Drop(const Uuid& service, int reason) {
  auto it = sessions_.find(service);
  if (it == sessions_.end() || !Up(it->second)) return;
  it->second.requested_by.clear();
  BeginStop(it->second, reason);
}

void SessionManager::DropAll(int reason, const std::function<bool(const ServiceFacts&)>& which) {
  for (auto& [id, session] : sessions_) {
    if (which(session.facts)) Drop(id, reason);
  }
}

void SessionManager::Restart(std::function<void()> back) {
  if (!running_) return;
  running_ = false;
  Forget(settings_.tunnels_survive_manager_restart);
  timers_.After(settings_.timers.manager_restart, [this, life = life_, back = std::move(back)] {
    if (life != life_) return;  // a reboot came between
    running_ = true;
    back();
    for (auto& start : std::exchange(waiting_, {})) start();
    for (auto& [id, session] : sessions_) ConsiderOnDemand(session);
  });
}

void SessionManager::Reboot() {
  ++life_;
  running_ = true;
  waiting_.clear();
  Forget(/*keep_tunnels=*/false);
  for (auto& [id, session] : sessions_) ConsiderOnDemand(session);
}

void SessionManager::Forget(bool keep_tunnels) {
  for (auto& [id, session] : sessions_) {
    const bool keep = keep_tunnels && session.status == SessionStatus::kConnected;
    Session fresh;
    fresh.facts = std::move(session.facts);
    fresh.stop_hangs = session.stop_hangs;
    fresh.slow_start = session.slow_start;
    fresh.serial = ++serials_;
    if (keep) fresh.status = SessionStatus::kConnected;
    const bool changed = fresh.status != session.status;
    session = std::move(fresh);
    if (changed && watch_) watch_(id, session.status);
  }
}

void SessionManager::SetStopHangs(const Uuid& service, bool hangs) {
  auto it = sessions_.find(service);
  if (it != sessions_.end()) it->second.stop_hangs = hangs;
}

void SessionManager::SetSlowStart(const Uuid& service, absl::Duration later) {
  auto it = sessions_.find(service);
  if (it != sessions_.end()) it->second.slow_start = later;
}

const ServiceFacts* SessionManager::Facts(const Uuid& service) const {
  auto it = sessions_.find(service);
  return it == sessions_.end() ? nullptr : &it->second.facts;
}

SessionStatus SessionManager::StatusOf(const Uuid& service) const {
  auto it = sessions_.find(service);
  return it == sessions_.end() ? SessionStatus::kInvalid : it->second.status;
}

SessionEvent SessionManager::Current(const Uuid& service) const {
  SessionEvent event;
  event.service = service;
  event.status = StatusOf(service);
  auto it = sessions_.find(service);
  if (it == sessions_.end()) return event;
  event.requested_by = it->second.requested_by;
  if (event.status == SessionStatus::kDisconnected || event.status == SessionStatus::kDisconnecting) {
    event.stop_reason = it->second.stop_reason;
    event.cause = CauseOfStopReason(it->second.stop_reason);
  }
  return event;
}

std::vector<SessionEvent> SessionManager::CurrentOfAll() const {
  std::vector<SessionEvent> all;
  for (const auto& [id, session] : sessions_) all.push_back(Current(id));
  return all;
}

void SessionManager::Say(const Session& session, const std::string& text) {
  log_(absl::StrCat(SessionDescription(session.facts), text));
}

}  // namespace holdfast::sim

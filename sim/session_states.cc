// The state machine of one simulated session: starting, up, reasserting, stopping, and on demand.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sim/log.h"
#include "sim/session_manager.h"

namespace holdfast::sim {
namespace {

// ne_session's stop reasons.
constexpr int kReasonNoNetwork = 4;
constexpr int kReasonNetworkChanged = 5;
constexpr int kReasonNotUpInTime = 12;
constexpr int kReasonNotReassertedInTime = 13;
constexpr int kReasonServerNotResponding = 20;
constexpr int kReasonAuthenticationFailed = 23;
constexpr int kReasonServerCertificateExpired = 30;
constexpr int kReasonSuperseded = 33;

// Cisco IPSec and L2TP have no way to move to another network.
bool Moves(const ServiceFacts& service) {
  return service.type != ServiceType::kIpsec && service.type != ServiceType::kL2tp;
}

bool TunnelsAll(const ServiceFacts& service) {
  return service.type != ServiceType::kTransparentProxy && service.full_tunnel.value_or(false);
}

}  // namespace

bool SessionManager::Up(const Session& session) const {
  return session.status == SessionStatus::kConnecting || session.status == SessionStatus::kConnected ||
         session.status == SessionStatus::kReasserting;
}

absl::Duration SessionManager::StartingTimer(const Session& session) const {
  return session.facts.type == ServiceType::kIkev2 ? settings_.timers.starting_ikev2
                                                   : settings_.timers.starting_provider;
}

absl::Duration SessionManager::Vary(absl::Duration d) {
  return d * (0.9 + 0.2 * random_.Uniform());
}

bool SessionManager::Answers(const Session& session) const {
  const Gateway gateway = around_.GatewayAt(session.facts.remote_address);
  return around_.path().satisfied && (gateway == Gateway::kReachable || gateway == Gateway::kDead);
}

void SessionManager::Enter(Session& session, SessionStatus status) {
  session.status = status;
  session.serial = ++serials_;
  if (watch_) watch_(session.facts.id, status);
  std::string line = absl::StrCat(": status changed to ", SessionStatusName(status));
  if (status == SessionStatus::kDisconnected) {
    absl::StrAppend(&line, ", last stop reason ", StopReasonText(session.stop_reason));
  }
  Say(session, line);
  report_(Current(session.facts.id));
}

void SessionManager::Later(Session& session, absl::Duration delay, Step step) {
  timers_.After(delay, [this, id = session.facts.id, serial = session.serial, step = std::move(step)] {
    auto it = sessions_.find(id);
    if (it != sessions_.end() && it->second.serial == serial) step(it->second);
  });
}

void SessionManager::FailLater(Session& session, absl::Duration delay, int reason) {
  // The Starting timer ends what takes longer.
  const absl::Duration limit = StartingTimer(session);
  if (delay >= limit) reason = kReasonNotUpInTime;
  Later(session, std::min(delay, limit), [this, reason](Session& s) { Fail(s, reason); });
}

void SessionManager::BeginStart(Session& session) {
  Supersede(session);
  Say(session, absl::StrCat(": Entering state ", StateName(session.facts, "Starting"), ", timeout ",
                            absl::ToInt64Seconds(StartingTimer(session)), " seconds"));
  Enter(session, SessionStatus::kConnecting);
  Negotiate(session);
}

void SessionManager::Negotiate(Session& session) {
  const Timers& timers = settings_.timers;
  if (!around_.path().satisfied) return FailLater(session, Vary(timers.disconnect), kReasonNoNetwork);
  if (session.facts.scope == ProfileScope::kUser && !HasCredentials(session)) {
    return FailLater(session, Vary(timers.refuse), kReasonAuthenticationFailed);
  }
  switch (around_.GatewayAt(session.facts.remote_address)) {
    case Gateway::kReachable:
    case Gateway::kDead:
      if (timers.connect + session.slow_start >= StartingTimer(session)) break;
      return Later(session, Vary(timers.connect) + session.slow_start, [this](Session& s) { Establish(s); });
    case Gateway::kUnreachable:
      return FailLater(session, Vary(timers.unreachable), kReasonServerNotResponding);
    case Gateway::kAuthFails:
      return FailLater(session, Vary(timers.refuse), kReasonAuthenticationFailed);
    case Gateway::kCertificateExpired:
      return FailLater(session, Vary(timers.refuse), kReasonServerCertificateExpired);
    case Gateway::kSilent:
      break;
    case Gateway::kHangs:
      return;
  }
  FailLater(session, StartingTimer(session), kReasonNotUpInTime);
}

// A user's configuration needs a user: the one at the console, on whose behalf it was started.
bool SessionManager::HasCredentials(const Session& session) const {
  const ConsoleUser& user = around_.console_user();
  return user.present && session.as_uid == user.uid;
}

void SessionManager::Establish(Session& session) {
  session.on_demand_failures = 0;
  Enter(session, SessionStatus::kConnected);
}

void SessionManager::Fail(Session& session, int reason) {
  if (session.by_on_demand) ++session.on_demand_failures;
  session.requested_by.clear();
  BeginStop(session, reason);
}

void SessionManager::BeginStop(Session& session, int reason) {
  const Timers& timers = settings_.timers;
  session.stop_reason = reason;
  Say(session, absl::StrCat(": Entering state ", StateName(session.facts, "Stopping"), ", timeout ",
                            absl::ToInt64Seconds(timers.stopping), " seconds"));
  Enter(session, SessionStatus::kDisconnecting);
  const absl::Duration delay =
      session.stop_hangs ? timers.stopping : std::min(Vary(timers.disconnect), timers.stopping);
  Later(session, delay, [this](Session& s) {
    Enter(s, SessionStatus::kDisconnected);
    ConsiderOnDemand(s);
  });
}

// One full tunnel of the enterprise grade at a time: the newer wins.
void SessionManager::Supersede(const Session& by) {
  if (!TunnelsAll(by.facts)) return;
  for (auto& [id, other] : sessions_) {
    if (!TunnelsAll(other.facts) || !Up(other)) continue;  // `by` itself is not up yet
    log_(absl::StrCat("Request to install session is superceded by registered sessions: ",
                      SessionDescription(by.facts)));
    Drop(id, kReasonSuperseded);
  }
}

void SessionManager::PathChanged(bool roamed) {
  const bool satisfied = around_.path().satisfied;
  for (auto& [id, session] : sessions_) {
    const bool was_up = session.status == SessionStatus::kConnected;
    if (!satisfied && session.status == SessionStatus::kConnecting) {
      FailLater(session, settings_.timers.disconnect, kReasonNoNetwork);
    } else if ((!satisfied || roamed) && was_up && !Moves(session.facts)) {
      Drop(id, satisfied ? kReasonNetworkChanged : kReasonNoNetwork);
    } else if ((!satisfied || roamed) && was_up) {
      Reassert(session);
    }
    if (!satisfied) continue;
    if (session.status == SessionStatus::kReasserting) {
      Later(session, Vary(settings_.timers.connect / 2), [this](Session& s) {
        if (Answers(s)) Establish(s);
      });
    }
    ConsiderOnDemand(session);
  }
}

void SessionManager::Reassert(Session& session) {
  Enter(session, SessionStatus::kReasserting);
  Later(session, settings_.timers.reassert, [this](Session& s) {
    Fail(s, around_.path().satisfied ? kReasonNotReassertedInTime : kReasonNoNetwork);
  });
}

void SessionManager::GatewayChanged(const std::string& address) {
  for (auto& [id, session] : sessions_) {
    if (session.facts.remote_address != address || session.status != SessionStatus::kConnected) continue;
    // Dead peer detection. A session that is connecting keeps to what it has met: one that hangs goes on
    // hanging although the gateway is well again, until it is stopped.
    Later(session, settings_.timers.dead_peer, [this](Session& s) {
      if (around_.GatewayAt(s.facts.remote_address) == Gateway::kUnreachable) {
        Fail(s, kReasonServerNotResponding);
      }
    });
  }
}

void SessionManager::ConsiderOnDemand(Session& session) {
  if (!running_ || !session.facts.on_demand || session.on_demand_paused) return;
  if (session.status != SessionStatus::kDisconnected || !around_.path().satisfied) return;
  absl::Duration delay = settings_.timers.on_demand;
  if (session.on_demand_failures >= settings_.on_demand_failures_before_damping) {
    Say(session, ": Damping VOD request: too many consecutive VPN connection attempts failed.");
    delay = settings_.timers.on_demand_damped;
  }
  Later(session, delay, [this](Session& s) { RunOnDemand(s); });
}

void SessionManager::RunOnDemand(Session& session) {
  if (!around_.path().satisfied || Exhaust(session)) return;
  start_asked_(session.facts.id, "");
  session.by_on_demand = true;
  session.requested_by.clear();
  if (around_.console_user().present) session.as_uid = around_.console_user().uid;
  BeginStart(session);
}

}  // namespace holdfast::sim

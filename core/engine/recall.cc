#include "core/engine/recall.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/engine/changes.h"
#include "core/engine/system.h"

namespace holdfast::engine {
namespace {

constexpr absl::Duration kWhileShuttingDown = absl::Minutes(1);

class Recaller {
 public:
  Recaller(Core& core, const Stamp& at, uint64_t seq) : core_(core), r_(core.recalled), at_(at), seq_(seq) {}

  void operator()(const StartBurst& e) { r_.bursts[e.service] = at_; }
  void operator()(const SetupFacts& e) { r_.setup = e; }
  void operator()(const Command& e) {
    core_.next_command = std::max(core_.next_command, e.id + 1);
    if (e.verb != Command::Verb::kStart) return;
    r_.allowed_stops.erase(e.service);
    if (e.dry_run) return;
    if (e.counted) r_.attempts.push_back({e.id, e.service, at_});
    r_.unsettled_starts[e.service] = at_;
  }
  void operator()(const CommandOutcome& e) {
    r_.unsettled_starts.erase(e.service);
    if (e.result == CommandOutcome::Result::kRefused) {
      std::erase_if(r_.attempts, [&](const auto& a) { return a.command == e.id && a.service == e.service; });
    }
    if (e.result == CommandOutcome::Result::kFailed && e.cause == FailureCause::kAuthentication) {
      CountAuthenticationFailure(e.service);
    }
  }
  void operator()(const SessionEvent& e) {
    const auto before = r_.sessions.find(e.service);
    const bool was_up = before != r_.sessions.end() && !IsDown(before->second.second.status);
    if (e.status == SessionStatus::kConnected) {
      r_.to_asking.erase(e.service);
      r_.allowed_stops.erase(e.service);
      r_.up_at_end.erase(e.service);
    } else if (e.status == SessionStatus::kDisconnected && e.cause == FailureCause::kStopCommand && was_up) {
      if (!r_.shutting_down) r_.allowed_stops[e.service] = at_;
    } else if (e.status == SessionStatus::kDisconnected && e.cause == FailureCause::kAuthentication &&
               was_up) {
      CountAuthenticationFailure(e.service);
    } else if (e.status == SessionStatus::kDisconnected && e.cause == FailureCause::kSuperseded && was_up) {
      r_.supersedes.emplace_back(e.service, at_);
    }
    NoteLatency(e);
    if (was_up && before->second.second.status == SessionStatus::kConnected &&
        e.status != before->second.second.status) {
      r_.went_down[e.service] = {at_, e.stop_reason};
    } else if (const auto down = r_.went_down.find(e.service); down != r_.went_down.end() && e.stop_reason) {
      down->second.reason = e.stop_reason;
    }
    r_.sessions[e.service] = {at_, e};
  }
  void operator()(const UserRequest& e) {
    if (e.verb != UserRequest::Verb::kConnect) return;
    r_.allowed_stops.erase(e.service);
    r_.to_asking.erase(e.service);
  }
  void operator()(const PolicyChange& e) {
    if (e.outcome != PolicyChange::Outcome::kApplied) return;
    if (core_.policy_change.version != e.version) Suspect(absl::StrCat("policy version ", e.version));
    core_.policy_change = e;
  }
  void operator()(const InstalledFacts& e) {
    if (r_.installed && *r_.installed != e) {
      for (std::string& what : Differences(*r_.installed, e)) Suspect(std::move(what));
      for (ExtensionChange& change : ChangedExtensions(*r_.installed, e)) {
        if (!change.from.empty() && !change.to.empty()) {
          r_.graces.emplace_back(at_, GraceKind::kExtensionUpdate);
          r_.extension_update = {at_, std::move(change)};
        }
      }
    }
    r_.installed = e;
  }
  void operator()(const SystemFacts& e) {
    if (r_.system) {
      for (std::string& what : Differences(*r_.system, e)) Suspect(std::move(what));
    }
    r_.system = e;
    Remember(core_, e);
  }
  void operator()(const SelfCheck& e) { Remember(core_, e); }
  void operator()(const ClockJump&) { Suspect("clock jumped"); }
  void operator()(const ConsoleUser& e) {
    const bool goes_on = r_.console && r_.console->first.boot == at_.boot && r_.console->second.present &&
                         r_.console->second.uid == e.uid;
    r_.console = {at_, e};
    if (!e.present || goes_on) return;
    Suspect("login");
    r_.graces.emplace_back(at_, GraceKind::kLogin);
    r_.to_asking.clear();
    r_.allowed_stops.clear();
  }
  void operator()(const PathFacts& e) {
    if (e.satisfied) r_.last_path = at_;
    if (r_.path && *r_.path != e) Suspect(Difference(*r_.path, e));
    r_.path = e;
  }
  void operator()(const RetryState& e) { r_.paces[e.service] = {at_, e}; }
  void operator()(const PowerChanged& e) {
    const bool full = e.event == PowerEvent::kFullWake;
    if (full && r_.was_asleep) {
      r_.graces.emplace_back(at_, GraceKind::kWake);
      Suspect("woke up");
    }
    r_.was_asleep = !full;
    r_.connecting.clear();
    r_.shutting_down = e.event == PowerEvent::kShutdown;
    if (!r_.shutting_down) return;
    // The system stops sessions before it announces that it goes.
    std::erase_if(r_.allowed_stops, [&](const auto& stop) {
      return stop.second.boot == at_.boot && at_.mono - stop.second.mono <= kWhileShuttingDown;
    });
  }
  void operator()(const PortalFacts& e) {
    if (e.state == PortalState::kCaptive) r_.portals.emplace_back(at_, e.network_id);
  }
  void operator()(const RestartBrake& e) { r_.brake = {at_, e}; }
  void operator()(const OverrideBegan& e) {
    // A code's row is of the same step.
    const auto code = r_.codes.find(e.service);
    const bool by_code = code != r_.codes.end() && code->second.first == at_;
    if (!by_code) r_.overrides_begun.push_back(at_);
    r_.overrides.emplace_back(at_, e);
  }
  void operator()(const CodeSpent& e) {
    core_.spent_codes.insert(e.code_id);
    r_.codes[e.service] = {at_, e.length};
  }
  void operator()(const WrongCredential& e) { r_.guesses.emplace_back(at_, e); }
  void operator()(const SuspensionBegan& e) { r_.suspensions.emplace_back(at_, e); }
  void operator()(const SuspensionEnded& e) {
    std::erase_if(r_.suspensions, [&](const auto& s) {
      return s.second.kind == e.kind && s.second.number == e.number && s.second.name == e.name;
    });
  }
  void operator()(const OverrideEnded& e) {
    std::erase_if(r_.overrides, [&](const auto& o) { return o.second.service == e.service; });
  }
  void operator()(const Verdict& e) {
    if (e.time_class == TimeClass::kNotRequired) {
      r_.verdicts.erase(e.key);
    } else {
      r_.verdicts[e.key] = e;
    }
  }
  void operator()(const IncidentOpened& e) { core_.incidents.RecallOpened(at_, seq_, e); }
  void operator()(const IncidentClosed& e) { core_.incidents.RecallClosed(e); }
  void operator()(const AgentStarted& e) {
    r_.was_asleep = r_.shutting_down = false;  // as the engine takes it
    const bool same_boot = r_.first_start_of_boot && r_.first_start_of_boot->boot == at_.boot;
    if (!same_boot) {
      r_.first_start_of_boot = at_;
      r_.graces.emplace_back(at_, GraceKind::kBoot);
    }
    if (!r_.os_build.empty() && r_.os_build != e.os_build) {
      r_.graces.emplace_back(at_, GraceKind::kOsUpdate);
      Suspect(absl::StrCat("macOS ", r_.os_build, " -> ", e.os_build));
    }
    r_.os_build = e.os_build;
    if (FollowsUncleanStop(e)) r_.unclean_stops.push_back(at_);
    Suspect(same_boot ? "the agent restarted" : "the Mac started");
  }
  template <class Other>
  void operator()(const Other&) {}

 private:
  void Suspect(std::string what) { r_.changes.emplace_back(at_, std::move(what)); }
  void NoteLatency(const SessionEvent& e) {
    if (e.status == SessionStatus::kConnecting) {
      r_.connecting[e.service] = at_;
      return;
    }
    const auto began = r_.connecting.extract(e.service);
    if (began.empty() || e.status != SessionStatus::kConnected) return;
    r_.latencies.emplace_back(e.service, at_.mono - began.mapped().mono);
  }

  // An event and the outcome it brought are of one step, and one failure.
  void CountAuthenticationFailure(const Uuid& service) {
    if (std::exchange(r_.authentication_counted[service], at_) != at_) ++r_.to_asking[service];
  }

  Core& core_;
  Recalled& r_;
  const Stamp& at_;
  uint64_t seq_;
};

}  // namespace

void NoticeBoot(Recalled& r, const Stamp& now) {
  if (r.last && r.last->boot != now.boot) {
    r.up_at_end.clear();
    for (const auto& [service, session] : r.sessions) {
      if (session.first.boot == r.last->boot && session.second.status == SessionStatus::kConnected) {
        r.up_at_end[service] = std::nullopt;
      }
    }
    for (const auto& [service, down] : r.went_down) {
      const bool late = down.at.boot == r.last->boot && r.last->mono - down.at.mono <= kWhileShuttingDown;
      if (late) r.up_at_end[service] = down.reason;
    }
    r.shutting_down = false;
    r.connecting.clear();
  }
  r.last = now;
  r.boots.Note(now);
}

void Recall(Core& core, const Stamp& at, uint64_t seq, const Event& event) {
  const auto* started = std::get_if<AgentStarted>(&event);
  if (started != nullptr && started->last_alive) core.recalled.boots.Note(*started->last_alive);
  NoticeBoot(core.recalled, at);
  std::visit(Recaller(core, at, seq), event);
}

}  // namespace holdfast::engine

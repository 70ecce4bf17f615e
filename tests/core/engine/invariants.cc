#include "invariants.h"

#include <algorithm>

#include "core/engine/phase.h"

namespace holdfast {

Invariants::Invariants(FakeMac& mac) : mac_(mac) {
  mac_.on_step = [this](const EngineInput& input, const std::vector<Effect>& effects) {
    OnStep(input, effects);
  };
}

void Invariants::AgentRestarts() {
  for (auto& [id, watched] : services_) {
    watched.delivered.reset();
    watched.generation = 0;
    watched.open_command.reset();
  }
  verdicts_.clear();
  asleep_ = dark_ = false;  // it runs, so it takes the Mac for awake until told otherwise
}

void Invariants::OnStep(const EngineInput& input, const std::vector<Effect>& effects) {
  See(input);
  int answers = 0;
  for (const Effect& effect : effects) {
    if (const auto* record = std::get_if<Record>(&effect)) CheckRow(record->event);
    if (const auto* start = std::get_if<StartSession>(&effect)) CheckStart(*start);
    if (const auto* stop = std::get_if<StopSession>(&effect)) CheckMayCommand(stop->service);
    if (std::holds_alternative<NotifyUser>(effect)) EXPECT_EQ(policy_.mode, EnforcementMode::kEnforce);
    answers += std::holds_alternative<AnswerRequest>(effect);
  }
  EXPECT_EQ(answers, std::holds_alternative<UserRequest>(input) ? 1 : 0);
  CheckEndOfStep();
}

void Invariants::See(const EngineInput& input) {
  if (const auto* applied = std::get_if<PolicyApplied>(&input)) {
    if (applied->change.version != policy_.version) ClearFailures();
    policy_ = *applied->policy;
  } else if (const auto* installed = std::get_if<InstalledFacts>(&input)) {
    if (!installed_.empty() && installed->services != installed_) ClearFailures();
    installed_ = installed->services;
  } else if (const auto* event = std::get_if<SessionEvent>(&input)) {
    SeeEvent(*event);
  } else if (const auto* user = std::get_if<ConsoleUser>(&input)) {
    SeeConsole(*user);
  } else if (const auto* power = std::get_if<PowerChanged>(&input)) {
    if (power->event == PowerEvent::kFullWake && (asleep_ || dark_)) wake_at_ = Now();
    asleep_ = power->event == PowerEvent::kWillSleep || power->event == PowerEvent::kShutdown;
    dark_ = power->event == PowerEvent::kDarkWake;
  } else if (const auto* request = std::get_if<UserRequest>(&input)) {
    if (request->verb == UserRequest::Verb::kConnect) ClearFailures();
  } else if (std::holds_alternative<SessionManagerRestarted>(input)) {
    for (auto& [id, watched] : services_) watched.delivered.reset();
  } else if (const auto* started = std::get_if<AgentStarted>(&input)) {
    if (!started->last_alive) boot_at_ = Now();
  }
}

void Invariants::SeeEvent(const SessionEvent& event) {
  Watched& watched = services_[event.service];
  if (event.generation < watched.generation) return;
  watched.generation = event.generation;
  const bool was_going = watched.delivered && !engine::IsDown(*watched.delivered);
  watched.delivered = event.status;
  if (event.status == SessionStatus::kConnected) {
    watched.authentication = watched.certificate = 0;
  } else if (event.status == SessionStatus::kDisconnected && was_going) {
    watched.authentication += event.cause == FailureCause::kAuthentication;
    watched.certificate += event.cause == FailureCause::kCertificate;
  }
}

void Invariants::SeeConsole(const ConsoleUser& user) {
  const bool login = user.present && (!console_ || !console_->present || console_->uid != user.uid);
  if (login) {
    login_at_ = Now();
    ClearFailures();
  }
  console_ = user;
}

void Invariants::ClearFailures() {
  for (auto& [id, watched] : services_) watched.authentication = watched.certificate = 0;
}

void Invariants::CheckMayCommand(const Uuid& service) {
  EXPECT_EQ(policy_.mode, EnforcementMode::kEnforce) << "a command outside of enforce";
  EXPECT_TRUE(Named(service)) << "a service that no rule names was touched";
}

void Invariants::CheckStart(const StartSession& start) {
  CheckMayCommand(start.service);
  const Watched& watched = services_[start.service];
  ASSERT_TRUE(watched.delivered.has_value()) << "started before its status was learned";
  EXPECT_TRUE(engine::IsDown(*watched.delivered))
      << "started while " << SessionStatusName(*watched.delivered);
  ASSERT_TRUE(commands_.contains(start.command)) << "a start without its row";
  if (!commands_[start.command].counted) return;  // a person's
  EXPECT_LT(watched.authentication, 2) << "retried past what an authentication failure allows";
  EXPECT_LT(watched.certificate, 1) << "retried a certificate failure";
  EXPECT_FALSE(asleep_ || (dark_ && policy_.ignore_dark_wake)) << "started while asleep";
  for (const OverrideBegan& o : overrides_) {
    EXPECT_FALSE(o.service.IsNil() || o.service == start.service) << "started during an override";
  }
}

void Invariants::CheckCommand(const Command& command) {
  commands_[command.id] = command;
  if (command.dry_run) {
    EXPECT_NE(policy_.mode, EnforcementMode::kEnforce);
    return;
  }
  Watched& watched = services_[command.service];
  EXPECT_FALSE(watched.open_command.has_value())
      << "a command before the outcome of the last one is known: " << command.why;
  watched.open_command = command.id;
  if (!command.counted) return;
  watched.counted.push_back(Now());
  CheckBudget(watched);
}

void Invariants::CheckBudget(const Watched& watched) {
  const auto within = [&](absl::Duration window) {
    return std::count_if(watched.counted.begin(), watched.counted.end(),
                         [&](MonoTime at) { return Now() - at < window; });
  };
  EXPECT_LE(within(absl::Hours(1)), policy_.reconnect.budget.per_hour);
  EXPECT_LE(within(absl::Minutes(10)), policy_.reconnect.budget.per_ten_minutes);
}

void Invariants::CheckVerdict(const Verdict& verdict) {
  const auto last = verdicts_.find(verdict.key);
  EXPECT_FALSE(last != verdicts_.end() && last->second.time_class == verdict.time_class &&
               last->second.cause == verdict.cause && last->second.service == verdict.service)
      << "a verdict that changes nothing";
  EXPECT_FALSE(verdict.cause.empty());
  if (verdict.time_class == TimeClass::kNotRequired) {
    verdicts_.erase(verdict.key);
    return;
  }
  verdicts_[verdict.key] = verdict;
}

void Invariants::CheckRow(const Event& event) {
  if (const auto* command = std::get_if<Command>(&event)) CheckCommand(*command);
  if (const auto* verdict = std::get_if<Verdict>(&event)) CheckVerdict(*verdict);
  if (const auto* outcome = std::get_if<CommandOutcome>(&event)) {
    EXPECT_EQ(services_[outcome->service].open_command, outcome->id)
        << "an outcome of no outstanding command";
    services_[outcome->service].open_command.reset();
  }
  if (const auto* opened = std::get_if<IncidentOpened>(&event)) {
    EXPECT_TRUE(incidents_.emplace(opened->name, opened->key).second) << opened->name << " is open already";
  }
  if (const auto* closed = std::get_if<IncidentClosed>(&event)) {
    EXPECT_EQ(incidents_.erase({closed->name, closed->key}), 1u) << closed->name << " was not open";
  }
  if (const auto* began = std::get_if<OverrideBegan>(&event)) {
    EXPECT_LE(began->until_mono - Now(), policy_.override_policy.max_duration);
    overrides_.push_back(*began);
  }
  if (const auto* ended = std::get_if<OverrideEnded>(&event)) {
    EXPECT_GT(std::erase_if(overrides_, [&](const OverrideBegan& o) { return o.service == ended->service; }),
              0u);
  }
}

void Invariants::CheckEndOfStep() {
  const auto deadline = mac_.engine().NextDeadline();
  if (deadline) EXPECT_GT(*deadline, Now()) << "the deadline stands still";
  for (const OverrideBegan& o : overrides_) EXPECT_GT(o.until_mono, Now()) << "an override outlived its end";
  const bool grace = InGrace();
  for (const auto& [key, verdict] : verdicts_) {
    if (grace)
      EXPECT_NE(verdict.time_class, TimeClass::kViolation) << "judged inside a grace: " << verdict.cause;
    if (verdict.time_class == TimeClass::kProtected) {
      EXPECT_EQ(services_[verdict.service].delivered, SessionStatus::kConnected)
          << "protected without a tunnel";
    }
  }
}

bool Invariants::InGrace() const {
  const auto within = [&](std::optional<MonoTime> from, absl::Duration length) {
    return from && Now() - *from < length;
  };
  return within(boot_at_, policy_.boot_grace) || within(login_at_, policy_.login_grace) ||
         within(wake_at_, policy_.wake_grace);
}

bool Invariants::Named(const Uuid& service) const {
  for (const ServiceFacts& facts : installed_) {
    if (facts.id != service) continue;
    for (const ServiceRule& rule : policy_.services) {
      if (rule.match.Matches(facts)) return true;
    }
  }
  return false;
}

}  // namespace holdfast

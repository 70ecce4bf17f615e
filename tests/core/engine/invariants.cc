#include "invariants.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/engine/causes.h"
#include "core/engine/phase.h"

namespace holdfast {
namespace {

absl::string_view Text(absl::string_view text) {
  return text;
}
// What may end a backoff or half-open a circuit. A start of the agent is none of it.
bool IsFresh(const EngineInput& input, uint64_t policy_version) {
  if (const auto* applied = std::get_if<PolicyApplied>(&input)) {
    return applied->change.version != policy_version;
  }
  return !std::holds_alternative<AgentStarted>(input) && !std::holds_alternative<TimerFired>(input);
}

std::string Text(const Uuid& id) {
  return id.ToString();
}

}  // namespace

// The words are put together only when they are needed.
template <class... Words>
void Invariants::Require(bool kept, const Words&... words) {
  if (!kept) broken_(absl::StrCat(Text(words)...));
}

void Invariants::AgentRestarts(std::optional<uint64_t> survived) {
  if (survived && *survived < recorded_) ForgetLostRows(*survived);
  guesses_.AgentRestarts(survived);
  recorded_ = 0;
  for (auto& [id, watched] : services_) {
    watched.delivered.reset();
    watched.generation = 0;
    watched.open_command.reset();
    for (Counted& counted : watched.counted) counted.row = 0;
  }
  commands_.clear();
  verdicts_.clear();
  graces_.AgentRestarts();
  held_.clear();
  asleep_ = dark_ = false;  // it runs, so it takes the Mac for awake until told otherwise
}

// What was only in those rows need not be known; one attempt of them is assumed as spent.
void Invariants::ForgetLostRows(uint64_t survived) {
  for (auto& [id, watched] : services_) {
    watched.authentication = watched.certificate = 0;
    watched.not_before.reset();
    watched.open_until.reset();
    const auto lost = std::find_if(watched.counted.begin(), watched.counted.end(),
                                   [&](const Counted& c) { return c.row > survived; });
    if (lost != watched.counted.end()) watched.counted.erase(lost + 1, watched.counted.end());
  }
  for (auto& [incident, certain] : incidents_) certain = false;
  incidents_doubtful_ = true;
  overrides_.clear();
  suspensions_.clear();
  setup_ = false;
  login_at_.reset();
  wake_at_.reset();
  graces_.Forget();
}

// Another boot: across it only the wall clock connects moments, as the engine sees them.
void Invariants::NoticeBoot(const Stamp& now) {
  const absl::Duration wall_passed = now.wall - now_.wall;
  const absl::Duration passed = true_now_ - true_before_;
  const bool turned = absl::AbsDuration(wall_passed - passed) > absl::Seconds(1);
  for (auto& [id, watched] : services_) {
    watched.not_before.reset();  // over a boot the engine sees what is left through the wall clock
    watched.open_until.reset();
    if (turned) watched.counted.clear();
  }
  if (turned) {
    guesses_.Forget();
    overrides_.clear();
    suspensions_.clear();
  }
  login_at_.reset();
  wake_at_.reset();
  console_.reset();
}

void Invariants::OnStep(const Stamp& now, MonoTime true_time, const EngineInput& input,
                        const std::vector<Effect>& effects, std::optional<MonoTime> deadline) {
  true_before_ = std::exchange(true_now_, true_time);
  if (now.boot != now_.boot) NoticeBoot(now);
  const bool new_boot = now.boot != now_.boot;
  now_ = now;
  if (const auto* started = std::get_if<AgentStarted>(&input)) {
    if (new_boot || !started->last_alive) {
      graces_.Forget();
      Begin(boot_at_);
    }
    if (FollowsUncleanStop(*started)) crashes_.push_back(true_now_);
    while (!crashes_.empty() && true_now_ - crashes_.front() > absl::Hours(1)) crashes_.pop_front();
  }
  fresh_input_ = IsFresh(input, policy_.version);
  See(input);
  ladder_in_step_ = false;
  code_in_step_.reset();
  if (const auto* request = std::get_if<UserRequest>(&input))
    guesses_.OnRequest(true_now_, *request, effects, recorded_);
  int answers = 0;
  for (const Effect& effect : effects) {
    if (const auto* record = std::get_if<Record>(&effect)) {
      ++recorded_;
      CheckRow(record->event);
    } else if (const auto* start = std::get_if<StartSession>(&effect)) {
      CheckStart(*start);
    } else if (const auto* stop = std::get_if<StopSession>(&effect)) {
      CheckMayCommand(stop->service);
    } else if (std::holds_alternative<NotifyUser>(effect)) {
      Require(policy_.mode == EnforcementMode::kEnforce, "a notification outside of enforce");
      Require(!setup_ || !policy_.setup_hold, "a notification while the Mac is being set up");
    }
    answers += std::holds_alternative<AnswerRequest>(effect);
  }
  Require(answers == (std::holds_alternative<UserRequest>(input) ? 1 : 0), "a request has not one answer");
  CheckEndOfStep(deadline);
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
    if (power->event == PowerEvent::kFullWake && (asleep_ || dark_)) Begin(wake_at_);
    asleep_ = power->event == PowerEvent::kWillSleep || power->event == PowerEvent::kShutdown;
    dark_ = power->event == PowerEvent::kDarkWake;
  } else if (const auto* request = std::get_if<UserRequest>(&input)) {
    if (request->verb == UserRequest::Verb::kConnect) ClearFailures();
  } else if (const auto* setup = std::get_if<SetupFacts>(&input)) {
    setup_ = setup->running;
  } else if (std::holds_alternative<SessionManagerRestarted>(input)) {
    for (auto& [id, watched] : services_) watched.delivered.reset();
  }
}

void Invariants::SeeEvent(const SessionEvent& event) {
  Watched& watched = services_[event.service];
  if (event.generation < watched.generation) return;
  watched.generation = event.generation;
  const bool was_going = watched.delivered && !engine::IsDown(*watched.delivered);
  watched.delivered = event.status;
  if (event.status == SessionStatus::kConnected) {
    watched.may_be_held = false;
  } else if (event.cause == FailureCause::kAuthentication || event.cause == FailureCause::kCertificate ||
             event.cause == FailureCause::kSuperseded) {
    watched.may_be_held = true;
  }
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
    Begin(login_at_);
    ClearFailures();
  }
  console_ = user;
}

void Invariants::ClearFailures() {
  for (auto& [id, watched] : services_) watched.authentication = watched.certificate = 0;
}

void Invariants::CheckMayCommand(const Uuid& service) {
  Require(policy_.mode == EnforcementMode::kEnforce, "a command outside of enforce");
  Require(RuleOf(service) != nullptr, "a service that no rule names was touched: ", service);
}

void Invariants::CheckStart(const StartSession& start) {
  CheckMayCommand(start.service);
  const Watched& watched = services_[start.service];
  Require(watched.delivered.has_value(), "started before its status was learned: ", start.service);
  if (!watched.delivered) return;
  Require(engine::IsDown(*watched.delivered), "started while ", SessionStatusName(*watched.delivered));
  const auto command = commands_.find(start.command);
  Require(command != commands_.end(), "a start without its row");
  if (command == commands_.end() || !command->second.counted) return;  // a person's
  CheckGroup(start.service);
  Require(watched.authentication < 2, "retried past what an authentication failure allows: ", start.service);
  Require(watched.certificate < 1, "retried a certificate failure: ", start.service);
  Require(!asleep_ && !(dark_ && policy_.ignore_dark_wake), "started while asleep");
  for (const Running& o : overrides_) {
    Require(!o.began.service.IsNil() && o.began.service != start.service, "started during an override");
  }
  Require(suspensions_.empty(), "started while an order suspends enforcement");
}

// Beside a member of its group that is not down, or was not told yet, nothing is started.
void Invariants::CheckGroup(const Uuid& service) {
  const ServiceRule* rule = RuleOf(service);
  if (rule == nullptr || rule->always_connected.conflict_group.empty()) return;
  for (const ServiceFacts& facts : installed_) {
    const ServiceRule* other = facts.id == service ? nullptr : RuleOf(facts.id);
    if (other == nullptr || !other->always_connected.enabled ||
        other->always_connected.conflict_group != rule->always_connected.conflict_group ||
        (other->scope == RuleScope::kUser && console_ && !console_->present)) {
      continue;
    }
    const std::optional<SessionStatus>& delivered = services_[facts.id].delivered;
    Require(delivered && engine::IsDown(*delivered), "started beside another member of its conflict group");
  }
}

void Invariants::CheckCommand(const Command& command) {
  commands_[command.id] = command;
  ladder_in_step_ |= absl::StartsWith(command.why, "ladder:");
  if (command.dry_run) {
    Require(policy_.mode != EnforcementMode::kEnforce, "enforce only noted a command");
    return;
  }
  Watched& watched = services_[command.service];
  Require(!watched.open_command, "a command before the outcome of the last one is known: ", command.why);
  watched.open_command = command.id;
  if (!command.counted) return;
  Require(!watched.not_before || true_now_ >= *watched.not_before, "started before its backoff was over");
  Require(!watched.open_until || true_now_ >= *watched.open_until, "started while the circuit was open");
  watched.counted.push_back({true_now_, recorded_, command.id});
  CheckBudget(watched);
}

void Invariants::CheckBudget(Watched& watched) {
  while (true_now_ - watched.counted.front().at >= absl::Hours(1)) watched.counted.pop_front();
  const AttemptBudget& budget = policy_.reconnect.budget;
  const auto recent = std::count_if(watched.counted.begin(), watched.counted.end(),
                                    [&](const Counted& c) { return true_now_ - c.at < absl::Minutes(10); });
  Require(watched.counted.size() <= static_cast<size_t>(budget.per_hour),
          "more starts than the budget per hour");
  Require(recent <= budget.per_ten_minutes, "more starts than the budget per ten minutes");
}

void Invariants::CheckPace(const RetryState& row) {
  Watched& watched = services_[row.service];
  const auto until = [&](absl::Duration left) {
    return left > absl::ZeroDuration() ? std::optional(true_now_ + left) : std::nullopt;
  };
  const auto shortened = [&](std::optional<MonoTime> before, std::optional<MonoTime> after) {
    return before && *before > true_now_ && (!after || *after < *before);
  };
  const auto not_before = until(row.backoff), open_until = until(row.circuit_open);
  Require(fresh_input_ || ladder_in_step_ || !shortened(watched.not_before, not_before),
          "a backoff was shortened by nothing");
  Require(fresh_input_ || !shortened(watched.open_until, open_until), "a circuit was closed by nothing");
  watched.not_before = not_before;
  watched.open_until = open_until;
}

void Invariants::Begin(std::optional<MonoTime>& moment) {
  moment = true_now_;
  graces_.Begin(true_now_);
}

void Invariants::CheckVerdict(const Verdict& verdict) {
  graces_.OnVerdict(true_now_, verdict);
  const auto last = verdicts_.find(verdict.key);
  Require(last == verdicts_.end() || last->second.time_class != verdict.time_class ||
              last->second.cause != verdict.cause || last->second.service != verdict.service,
          "a verdict that changes nothing: ", verdict.key, " ", verdict.cause);
  Require(!verdict.cause.empty(), "a verdict without a cause: ", verdict.key);
  if (verdict.cause == causes::kCaptiveHold) {
    held_.try_emplace(verdict.key, true_now_);
  } else {
    held_.erase(verdict.key);
  }
  if (verdict.time_class == TimeClass::kNotRequired) {
    verdicts_.erase(verdict.key);
    return;
  }
  verdicts_[verdict.key] = verdict;
}

void Invariants::CheckRow(const Event& event) {
  if (const auto* command = std::get_if<Command>(&event)) CheckCommand(*command);
  if (const auto* pace = std::get_if<RetryState>(&event)) CheckPace(*pace);
  if (const auto* verdict = std::get_if<Verdict>(&event)) CheckVerdict(*verdict);
  if (const auto* outcome = std::get_if<CommandOutcome>(&event)) {
    Require(services_[outcome->service].open_command == outcome->id, "an outcome of no outstanding command");
    services_[outcome->service].open_command.reset();
    if (outcome->result == CommandOutcome::Result::kRefused) {
      std::erase_if(services_[outcome->service].counted,
                    [&](const Counted& c) { return c.command == outcome->id; });
    }
  }
  if (const auto* opened = std::get_if<IncidentOpened>(&event))
    CheckIncident(opened->name, opened->key, true);
  if (const auto* closed = std::get_if<IncidentClosed>(&event))
    CheckIncident(closed->name, closed->key, false);
  if (const auto* spent = std::get_if<CodeSpent>(&event)) code_in_step_ = spent->length;
  if (const auto* began = std::get_if<OverrideBegan>(&event)) {
    const absl::Duration length = began->until_mono - now_.mono;
    Require(length <= code_in_step_.value_or(policy_.override_policy.max_duration),
            "an override longer than the policy allows");
    overrides_.push_back({*began, true_now_ + length});
  }
  if (const auto* ended = std::get_if<OverrideEnded>(&event)) {
    std::erase_if(overrides_, [&](const Running& o) { return o.began.service == ended->service; });
  }
  CheckSuspension(event);
}

void Invariants::CheckSuspension(const Event& event) {
  if (const auto* began = std::get_if<SuspensionBegan>(&event); began != nullptr && began->number != 0) {
    const absl::Duration length = began->until_mono - now_.mono;
    Require(length <= absl::Hours(24), "a suspension longer than a day");
    suspensions_[began->number] = true_now_ + length;
  }
  if (const auto* ended = std::get_if<SuspensionEnded>(&event); ended != nullptr && ended->number != 0) {
    suspensions_.erase(ended->number);
  }
}

void Invariants::CheckIncident(const std::string& name, const std::string& key, bool opens) {
  const auto known = incidents_.find({name, key});
  const bool certain = known == incidents_.end() ? !incidents_doubtful_ : known->second;
  const bool open = known != incidents_.end();
  if (opens) {
    Require(!open || !certain, name, " is open already: ", key);
    incidents_[{name, key}] = true;
  } else {
    Require(open || !certain, name, " was closed and not open: ", key);
    if (open) incidents_.erase(known);
  }
}

// A hold always ends, and excuses no longer than the policy says.
void Invariants::CheckHolds() {
  for (const auto& [key, since] : held_) {
    Require(true_now_ - since < policy_.captive_portal.hold_timeout,
            "a captive hold outlived its end: ", key);
  }
}

void Invariants::CheckEndOfStep(std::optional<MonoTime> deadline) {
  CheckHolds();
  Require(!deadline || *deadline > now_.mono, "the deadline stands still");
  for (const Running& o : overrides_) {
    Require(o.until > true_now_, "an override outlived its end: ", o.began.service);
  }
  std::erase_if(overrides_, [&](const Running& o) { return o.until <= true_now_; });
  for (const auto& [number, until] : suspensions_) {
    Require(until > true_now_, "an order's suspension outlived its end: ", absl::StrCat(number));
  }
  std::erase_if(suspensions_, [&](const auto& s) { return s.second <= true_now_; });
  const bool grace = InGrace();
  for (const auto& [key, verdict] : verdicts_) {
    Require(!grace || verdict.time_class != TimeClass::kViolation, "judged inside a grace: ", verdict.cause);
    Require(verdict.time_class != TimeClass::kProtected ||
                services_[verdict.service].delivered == SessionStatus::kConnected,
            "protected without a tunnel: ", key);
  }
}

bool Invariants::InGrace() const {
  if (!graces_.FarFromTheLimit(std::max({policy_.boot_grace, policy_.login_grace, policy_.wake_grace}))) {
    return false;
  }
  const auto within = [&](std::optional<MonoTime> from, absl::Duration length) {
    return from && true_now_ - *from < length;
  };
  return within(boot_at_, policy_.boot_grace) || within(login_at_, policy_.login_grace) ||
         within(wake_at_, policy_.wake_grace);
}

// The first rule that matches it.
const ServiceRule* Invariants::RuleOf(const Uuid& service) const {
  for (const ServiceFacts& facts : installed_) {
    if (facts.id != service) continue;
    for (const ServiceRule& rule : policy_.services) {
      if (rule.match.Matches(facts)) return &rule;
    }
  }
  return nullptr;
}

}  // namespace holdfast

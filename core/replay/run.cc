#include "core/replay/run.h"

#include <algorithm>
#include <type_traits>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "core/engine/seed.h"
#include "core/event/remembered.h"
#include "core/replay/shown.h"

namespace holdfast::replay {
namespace {

// Decisions that differ by less are the same: timers of a real machine are late.
constexpr absl::Duration kTolerance = absl::Seconds(2);
constexpr size_t kMostDivergences = 20;

template <class T, class Variant>
struct IsOneOf;
template <class T, class... All>
struct IsOneOf<T, std::variant<All...>> : std::bool_constant<(std::is_same_v<T, All> || ...)> {};

// An order leaves no row of its own: what it did tells of it.
std::optional<SuspensionOrdered> OrderOf(const Event& event, WallTime now) {
  if (const auto* began = std::get_if<SuspensionBegan>(&event); began != nullptr && began->number != 0) {
    return SuspensionOrdered{.kind = began->kind,
                             .number = began->number,
                             .withdraws = std::nullopt,
                             .reason = began->reason,
                             .issued_by = began->issued_by,
                             .disconnect = began->disconnect,
                             .remaining = began->until_wall - now};
  }
  const auto* ended = std::get_if<SuspensionEnded>(&event);
  if (ended == nullptr || ended->number == 0 || ended->why != "withdrawn") return std::nullopt;
  return SuspensionOrdered{.withdraws = ended->number};
}

// The event as the engine was given it; nothing for what the engine made itself.
std::optional<EngineInput> InputOf(const Event& event, WallTime now) {
  if (const auto order = OrderOf(event, now)) return *order;
  return std::visit(
      [](const auto& e) -> std::optional<EngineInput> {
        using T = std::decay_t<decltype(e)>;
        if constexpr (IsOneOf<T, EngineInput>::value) {
          return EngineInput(e);
        } else {
          return std::nullopt;
        }
      },
      event);
}

bool IsInput(const Event& event) {
  return std::holds_alternative<PolicyChange>(event) || InputOf(event, {}).has_value();
}
bool IsDecision(const Event& event) {
  return std::holds_alternative<Command>(event) || std::holds_alternative<Verdict>(event) ||
         std::holds_alternative<OverrideBegan>(event);
}

bool Same(const Event& recorded, const Event& replayed) {
  if (const auto* a = std::get_if<Command>(&recorded)) {
    const auto* b = std::get_if<Command>(&replayed);
    return b != nullptr && a->verb == b->verb && a->service == b->service && a->dry_run == b->dry_run &&
           a->counted == b->counted;
  }
  if (const auto* a = std::get_if<OverrideBegan>(&recorded)) {
    const auto* b = std::get_if<OverrideBegan>(&replayed);
    return b != nullptr && a->service == b->service && a->uid == b->uid;
  }
  const auto* a = std::get_if<Verdict>(&recorded);
  const auto* b = std::get_if<Verdict>(&replayed);
  return a != nullptr && b != nullptr && a->key == b->key && a->time_class == b->time_class &&
         a->cause == b->cause;
}

Uuid ServiceOf(const Event& event) {
  const auto* command = std::get_if<Command>(&event);
  return command == nullptr || command->dry_run ? Uuid{} : command->service;
}

}  // namespace

Run::Run(const RunRows& rows, const PolicyOf& policy_of, std::vector<Row>& past,
         std::map<Uuid, SessionModel>& sessions, Report& report)
    : rows_(rows),
      policy_of_(policy_of),
      past_(past),
      sessions_(sessions),
      report_(report),
      engine_(EngineSeed(rows.begin > 0 ? rows.all[rows.begin - 1].hash : Sha256Digest{})),
      next_(rows.begin),
      account_(report.replayed) {}

void Run::Replay() {
  RecallPast();
  for (size_t i = rows_.begin; i < rows_.end; ++i) {
    if (IsDecision(rows_.all[i].event)) expected_.push_back({i});
  }
  for (auto& [service, session] : sessions_) session.Rejoin();
  for (; next_ < rows_.end; ++next_) {
    const Row& row = rows_.all[next_];
    seq_ = row.seq;
    if (!IsInput(row.event)) continue;
    RunTimers(row);
    Feed(row);
    NoteUnmet(row.at.mono - kTolerance);
  }
  // Behind the last input there may be what timers brought.
  const Stamp& end = rows_.all[rows_.end - 1].at;
  RunTimers(rows_.all[rows_.end - 1]);
  NoteUnmet(end.mono + kTolerance);
  account_.Close(end.mono);
}

void Run::RecallPast() {
  std::vector<bool> told(past_.size());
  for (const Remembered& remembered : WhatIsRemembered()) {
    size_t left = remembered.most;
    for (size_t i = past_.size(); i-- > 0 && left > 0;) {
      if (!remembered.kinds.empty() && !absl::c_linear_search(remembered.kinds, KindOf(past_[i].event)))
        continue;
      told[i] = true;
      --left;
    }
  }
  for (size_t i = 0; i < past_.size(); ++i) {
    if (told[i]) engine_.Recall(past_[i].at, past_[i].seq, past_[i].event);
  }
}

void Run::Feed(const Row& row) {
  if (const auto* change = std::get_if<PolicyChange>(&row.event)) {
    std::shared_ptr<const Policy> policy = policy_of_(*change);
    if (change->outcome == PolicyChange::Outcome::kRejected) return Step(row.at, PolicyRejected{*change});
    if (policy != nullptr) Step(row.at, PolicyApplied{std::move(policy), *change});
    return;
  }
  if (const auto* event = std::get_if<SessionEvent>(&row.event)) {
    if (const auto told = SessionOf(event->service).Recorded(*event)) Step(row.at, *told);
    return;
  }
  if (const auto* request = std::get_if<UserRequest>(&row.event)) {
    UserRequest asked = *request;
    asked.credential = ShownFor(rows_.all, next_, rows_.end);
    return Step(row.at, asked);
  }
  Step(row.at, *InputOf(row.event, row.at.wall));
}

// Timers and modelled events that fall due before the next recorded input.
void Run::RunTimers(const Row& next) {
  if (last_.boot != next.at.boot) return;
  while (true) {
    std::optional<MonoTime> due;
    SessionModel* session = nullptr;
    if (const auto deadline = engine_.NextDeadline()) due = TimerMoment(*deadline, next);
    for (auto& [id, model] : sessions_) {
      const auto at = model.next();
      if (!at || *at >= next.at.mono || (due && *due <= *at)) continue;
      due = at;
      session = &model;
    }
    if (!due) return;
    const Stamp at{next.at.boot, *due, last_.wall + (*due - last_.mono)};
    if (session == nullptr) {
      Step(at, TimerFired{});
    } else {
      for (const auto& [when, event] : session->Due(*due)) Step(at, event);
    }
    NoteUnmet(*due - kTolerance);
  }
}

// Whether a timer that fires at `deadline` leaves a row.
bool Run::TimerLeavesRow(MonoTime deadline) const {
  const Stamp at{last_.boot, deadline, last_.wall + (deadline - last_.mono)};
  const std::vector<Effect> effects = Engine(engine_).Step(at, TimerFired{});
  return absl::c_any_of(effects, [](const Effect& e) { return std::holds_alternative<Record>(e); });
}

// When a timer for `deadline` fired: with the outcomes that were recorded just behind it, if it leaves any,
// else at once; nothing when the next input came first.
std::optional<MonoTime> Run::TimerMoment(MonoTime deadline, const Row& next) const {
  std::optional<MonoTime> behind;
  for (size_t i = next_; i > rows_.begin; --i) {
    const Row& row = rows_.all[i - 1];
    const MonoTime at = row.at.mono;
    if (IsInput(row.event) || at < deadline || at <= last_.mono) break;
    if (at <= next.at.mono && at - deadline < kTolerance) behind = at;
  }
  const MonoTime due = std::max(deadline, last_.mono);
  if (behind && (*behind == deadline || TimerLeavesRow(due))) return behind;
  if (deadline >= next.at.mono) return std::nullopt;
  return due;
}

void Run::Step(const Stamp& at, const EngineInput& input) {
  last_ = at;
  if (!report_.from) report_.from = at;
  report_.to = at;
  std::vector<EngineInput> answers;
  for (const Effect& effect : engine_.Step(at, input)) {
    if (const auto* record = std::get_if<Record>(&effect)) {
      past_.push_back({seq_, at, {}, record->event});
      if (IsDecision(record->event)) Decide(at, *record);
    } else if (const auto* start = std::get_if<StartSession>(&effect)) {
      const absl::Status answer = AnswerTo(start->service, at.mono);
      if (answer.ok() && !SessionOf(start->service).follows()) SessionOf(start->service).Start(at.mono);
      answers.push_back(CommandAnswer{start->command, answer});
    } else if (const auto* stop = std::get_if<StopSession>(&effect)) {
      if (!SessionOf(stop->service).follows()) SessionOf(stop->service).Stop(at.mono);
      answers.push_back(CommandAnswer{stop->command, absl::OkStatus()});
    } else if (const auto* answered = std::get_if<AnswerRequest>(&effect)) {
      if (!answered->status.ok()) NoteRefusal(at, answered->text);
    } else if (std::holds_alternative<NotifyUser>(effect)) {
      account_.TakeNotice();
    }
  }
  for (const EngineInput& answer : answers) Step(at, answer);
}

// The session manager refused a command about now, says the record.
absl::Status Run::AnswerTo(const Uuid& service, MonoTime at) const {
  for (size_t i = next_; i < rows_.end && rows_.all[i].at.mono - at <= kTolerance; ++i) {
    const auto* outcome = std::get_if<CommandOutcome>(&rows_.all[i].event);
    if (outcome == nullptr || outcome->service != service) continue;
    if (outcome->result == CommandOutcome::Result::kRefused) return absl::UnavailableError(outcome->detail);
    break;
  }
  return absl::OkStatus();
}

void Run::Decide(const Stamp& at, const Record& record) {
  account_.Take(at.mono, record.event);
  for (Expected& expected : expected_) {
    const Row& row = rows_.all[expected.row];
    if (row.at.mono - at.mono > kTolerance) break;
    if (expected.met || !Same(row.event, record.event)) continue;
    expected.met = true;
    return;
  }
  Diverge(seq_, at, absl::StrCat("the replay: ", Describe(record.event)), ServiceOf(record.event));
}

void Run::NoteUnmet(MonoTime until) {
  while (!expected_.empty()) {
    const Expected& first = expected_.front();
    const Row& row = rows_.all[first.row];
    if (!first.met && row.at.mono >= until) return;
    if (!first.met) {
      Diverge(row.seq, row.at,
              absl::StrCat("only the record: ", Describe(row.event),
                           first.refusal.empty() ? "" : "; the replay refuses it: ", first.refusal),
              ServiceOf(row.event));
    }
    expected_.pop_front();
  }
}

// The override that the record has of this step is not given, and this is why.
void Run::NoteRefusal(const Stamp& at, const std::string& why) {
  for (Expected& expected : expected_) {
    const Row& row = rows_.all[expected.row];
    if (row.at.mono > at.mono) break;
    if (row.at == at && std::holds_alternative<OverrideBegan>(row.event)) expected.refusal = why;
  }
}

void Run::Diverge(uint64_t seq, const Stamp& at, const std::string& what, const Uuid& service) {
  ++report_.divergence_count;
  if (report_.divergences.size() < kMostDivergences) report_.divergences.push_back({seq, at, what});
  if (!service.IsNil()) SessionOf(service).Leave();
}

}  // namespace holdfast::replay

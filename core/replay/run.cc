#include "core/replay/run.h"

#include <algorithm>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "core/engine/seed.h"

namespace holdfast::replay {
namespace {

// Decisions that differ by less are the same: timers of a real machine are late.
constexpr absl::Duration kTolerance = absl::Seconds(2);
// What a run remembers, as the agent reads it.
constexpr absl::Duration kMemory = absl::Hours(24);
constexpr size_t kMostDivergences = 20;

template <class T, class Variant>
struct IsOneOf;
template <class T, class... All>
struct IsOneOf<T, std::variant<All...>> : std::bool_constant<(std::is_same_v<T, All> || ...)> {};

// The event as the engine was given it; nothing for what the engine made itself.
std::optional<EngineInput> InputOf(const Event& event) {
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
  return std::holds_alternative<PolicyChange>(event) || InputOf(event).has_value();
}
bool IsDecision(const Event& event) {
  return std::holds_alternative<Command>(event) || std::holds_alternative<Verdict>(event);
}
bool IsRemembered(const Event& event) {
  return std::holds_alternative<IncidentOpened>(event) || std::holds_alternative<IncidentClosed>(event) ||
         std::holds_alternative<OverrideBegan>(event) || std::holds_alternative<OverrideEnded>(event);
}

bool Same(const Event& recorded, const Event& replayed) {
  if (const auto* a = std::get_if<Command>(&recorded)) {
    const auto* b = std::get_if<Command>(&replayed);
    return b != nullptr && a->verb == b->verb && a->service == b->service && a->dry_run == b->dry_run &&
           a->counted == b->counted;
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
  NoteUnmet(last_.mono + kTolerance);
  account_.Close(last_.mono);
}

void Run::RecallPast() {
  const WallTime now = rows_.all[rows_.begin].at.wall;
  for (const Row& row : past_) {
    if (now - row.at.wall <= kMemory || IsRemembered(row.event)) engine_.Recall(row.at, row.seq, row.event);
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
  Step(row.at, *InputOf(row.event));
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

// When a timer for `deadline` fired: with the outcomes that were recorded just behind it, else at once;
// nothing when the next input came first.
std::optional<MonoTime> Run::TimerMoment(MonoTime deadline, const Row& next) const {
  for (size_t i = next_; i-- > rows_.begin && !IsInput(rows_.all[i].event);) {
    const MonoTime at = rows_.all[i].at.mono;
    if (at >= deadline && at > last_.mono && at <= next.at.mono && at - deadline < kTolerance) return at;
  }
  if (deadline >= next.at.mono) return std::nullopt;
  return std::max(deadline, last_.mono);
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
  Diverge(at, absl::StrCat("the replay: ", Describe(record.event)), ServiceOf(record.event));
}

void Run::NoteUnmet(MonoTime until) {
  while (!expected_.empty()) {
    const Expected& first = expected_.front();
    const Row& row = rows_.all[first.row];
    if (!first.met && row.at.mono >= until) return;
    if (!first.met) {
      Diverge(row.at, absl::StrCat("only the record: ", Describe(row.event)), ServiceOf(row.event));
    }
    expected_.pop_front();
  }
}

void Run::Diverge(const Stamp& at, const std::string& what, const Uuid& service) {
  ++report_.divergence_count;
  if (report_.divergences.size() < kMostDivergences) report_.divergences.push_back({seq_, at, what});
  if (!service.IsNil()) SessionOf(service).Leave();
}

}  // namespace holdfast::replay

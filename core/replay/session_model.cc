#include "core/replay/session_model.h"

#include <algorithm>

namespace holdfast::replay {
namespace {

constexpr absl::Duration kDelivery = absl::Milliseconds(50);
constexpr absl::Duration kConnect = absl::Seconds(2);
constexpr absl::Duration kRefuse = absl::Seconds(10);
constexpr absl::Duration kDisconnect = absl::Milliseconds(500);
constexpr int kReasonStopCommand = 1;

bool IsUp(SessionStatus status) {
  return status == SessionStatus::kConnecting || status == SessionStatus::kConnected ||
         status == SessionStatus::kReasserting;
}

}  // namespace

void SessionModel::Start(MonoTime now) {
  planned_.clear();
  if (IsUp(modelled_.status)) return;  // skipped
  Plan(now + kDelivery, SessionStatus::kConnecting);
  const std::optional<int> failure = OutcomeNear(now);
  if (failure) {
    Plan(now + kRefuse, SessionStatus::kDisconnected, failure);
  } else {
    Plan(now + kConnect, SessionStatus::kConnected);
  }
}

void SessionModel::Stop(MonoTime now) {
  planned_.clear();
  Plan(now + kDelivery, SessionStatus::kDisconnecting);
  Plan(now + kDisconnect, SessionStatus::kDisconnected, kReasonStopCommand);
}

void SessionModel::Rejoin() {
  follows_ = true;
  planned_.clear();
  generation_ = 0;
}

std::optional<int> SessionModel::OutcomeNear(MonoTime at) const {
  std::optional<int> outcome;
  std::optional<absl::Duration> nearest;
  for (const Attempt& attempt : attempts_) {
    const absl::Duration away = absl::AbsDuration(attempt.at - at);
    if (nearest && *nearest <= away) continue;
    nearest = away;
    outcome = attempt.reason;
  }
  return outcome;
}

SessionEvent SessionModel::Make(SessionStatus status, std::optional<int> reason) {
  SessionEvent event = modelled_;
  event.status = status;
  event.stop_reason = reason;
  event.cause = reason ? CauseOfStopReason(*reason) : FailureCause::kNone;
  event.requested_by.clear();
  return event;
}

void SessionModel::Plan(MonoTime at, SessionStatus status, std::optional<int> reason) {
  planned_.emplace_back(at, Make(status, reason));
}

std::optional<SessionEvent> SessionModel::Recorded(const SessionEvent& event) {
  const SessionStatus before = recorded_.status;
  recorded_ = event;
  if (modelled_.service.IsNil()) modelled_.service = event.service;
  if (!follows_ && planned_.empty() && modelled_.status == event.status) follows_ = true;
  if (follows_) {
    modelled_ = event;
    modelled_.generation = ++generation_;
    return modelled_;
  }
  const bool went_down = event.status == SessionStatus::kDisconnected && before != event.status;
  const bool person = !event.requested_by.empty();
  const bool failed_attempt = before == SessionStatus::kConnecting && !person;
  // A stop without a name may have been the recorded engine's own.
  const bool ours = event.cause == FailureCause::kStopCommand && !person;
  const bool taken_down = went_down && IsUp(modelled_.status) && !failed_attempt && !ours;
  const bool started = event.status == SessionStatus::kConnecting && person && !IsUp(modelled_.status);
  if (!taken_down && !started) return std::nullopt;
  planned_.clear();
  modelled_ = event;
  modelled_.generation = ++generation_;
  return modelled_;
}

std::vector<std::pair<MonoTime, SessionEvent>> SessionModel::Due(MonoTime until) {
  std::vector<std::pair<MonoTime, SessionEvent>> due;
  while (!planned_.empty() && planned_.front().first <= until) {
    modelled_ = planned_.front().second;
    modelled_.generation = ++generation_;
    due.emplace_back(planned_.front().first, modelled_);
    planned_.erase(planned_.begin());
  }
  return due;
}

std::optional<MonoTime> SessionModel::next() const {
  if (planned_.empty()) return std::nullopt;
  return planned_.front().first;
}

}  // namespace holdfast::replay

#include "core/engine/budget.h"

#include <algorithm>

namespace holdfast::engine {
namespace {

constexpr absl::Duration kHour = absl::Hours(1);
constexpr absl::Duration kTenMinutes = absl::Minutes(10);

}  // namespace

void AttemptLog::Spend(MonoTime at) {
  attempts_.insert(std::upper_bound(attempts_.begin(), attempts_.end(), at), at);
  while (attempts_.back() - attempts_.front() >= kHour) attempts_.pop_front();
}

void AttemptLog::Refund(MonoTime at) {
  const auto found = std::find(attempts_.begin(), attempts_.end(), at);
  if (found != attempts_.end()) attempts_.erase(found);
}

int AttemptLog::Spent(MonoTime now, absl::Duration window) const {
  const auto first = std::upper_bound(attempts_.begin(), attempts_.end(), now - window);
  return static_cast<int>(attempts_.end() - first);
}

int AttemptLog::Left(MonoTime now, const AttemptBudget& budget) const {
  return std::max(
      0, std::min(budget.per_hour - Spent(now, kHour), budget.per_ten_minutes - Spent(now, kTenMinutes)));
}

std::optional<MonoTime> AttemptLog::NextAt(MonoTime now, const AttemptBudget& budget) const {
  MonoTime next = now;
  for (const auto& [window, limit] :
       {std::pair{kHour, budget.per_hour}, std::pair{kTenMinutes, budget.per_ten_minutes}}) {
    if (Spent(now, window) < limit) continue;
    if (limit <= 0) return std::nullopt;
    next = std::max(next, attempts_[attempts_.size() - static_cast<size_t>(limit)] + window);
  }
  return next;
}

}  // namespace holdfast::engine

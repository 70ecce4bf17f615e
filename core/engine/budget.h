// The rolling cap on our own start commands for one service.
#pragma once

#include <deque>
#include <optional>

#include "base/time.h"
#include "core/policy/policy.h"

namespace holdfast::engine {

class AttemptLog {
 public:
  // Attempts may be recalled out of order; what is older than an hour than the newest is forgotten.
  void Spend(MonoTime at);
  // The attempt of that moment reached nobody: it counts no more. Nothing when there is none.
  void Refund(MonoTime at);
  int Spent(MonoTime now, absl::Duration window) const;
  // Until the tighter of both windows is used up; never negative.
  int Left(MonoTime now, const AttemptBudget& budget) const;
  // When Left becomes positive again; nothing when it never does (a limit of zero). Only when Left is zero.
  std::optional<MonoTime> NextAt(MonoTime now, const AttemptBudget& budget) const;

 private:
  std::deque<MonoTime> attempts_;  // ascending
};

}  // namespace holdfast::engine

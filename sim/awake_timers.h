// Timers of a machine that can sleep: what falls due while it sleeps runs when it wakes, in the order in
// which it fell due. All of them die with this object. Runs on the executor's thread alone.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "base/executor.h"
#include "base/time.h"

namespace holdfast::sim {

class AwakeTimers {
 public:
  // Both must outlive it.
  AwakeTimers(const Clock& clock, Executor& executor) : clock_(clock), executor_(executor) {}
  void After(absl::Duration delay, std::function<void()> work);
  Stamp Now() const { return clock_.Now(); }

  bool asleep() const { return asleep_; }
  void Sleep() { asleep_ = true; }
  // Soon runs `first`, then what was held back; work that sleeps again leaves the rest held back.
  void Wake(std::function<void()> first);

 private:
  void Drain();

  const Clock& clock_;
  Executor& executor_;
  bool asleep_ = false;
  std::deque<std::function<void()>> held_;
  std::shared_ptr<AwakeTimers*> alive_ = std::make_shared<AwakeTimers*>(this);
};

}  // namespace holdfast::sim

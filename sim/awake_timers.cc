#include "sim/awake_timers.h"

#include <utility>

namespace holdfast::sim {

void AwakeTimers::After(absl::Duration delay, std::function<void()> work) {
  const MonoTime due = clock_.Now().mono + delay;
  executor_.PostAt(due, [alive = std::weak_ptr(alive_), work = std::move(work)]() mutable {
    auto self = alive.lock();
    if (!self) return;
    AwakeTimers& timers = **self;
    self.reset();  // the work may destroy the timers
    if (timers.asleep_ || !timers.held_.empty()) {
      timers.held_.push_back(std::move(work));
    } else {
      work();
    }
  });
}

void AwakeTimers::Wake(std::function<void()> first) {
  asleep_ = false;
  held_.push_front(std::move(first));
  executor_.PostAt(clock_.Now().mono, [alive = std::weak_ptr(alive_)] {
    if (auto self = alive.lock()) (*self)->Drain();
  });
}

void AwakeTimers::Drain() {
  const std::weak_ptr alive(alive_);
  while (!alive.expired() && !asleep_ && !held_.empty()) {
    auto work = std::move(held_.front());
    held_.pop_front();
    work();
  }
}

}  // namespace holdfast::sim

// A timer that its owner cannot outlive by mistake, and callbacks that do nothing once their owner is gone.
// Both belong to the executor's thread.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "base/executor.h"

namespace holdfast {

// At most one thing to do later. Setting it again replaces what was set; destruction cancels it.
class Timer {
 public:
  explicit Timer(Executor& executor) : executor_(executor) {}
  ~Timer() { Cancel(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void Set(MonoTime due, std::function<void()> work) {
    Cancel();
    id_ = executor_.PostAt(due, [this, work = std::move(work)] {
      id_ = 0;
      work();
    });
  }
  void Cancel() {
    if (id_ != 0) executor_.Cancel(std::exchange(id_, 0));
  }
  bool pending() const { return id_ != 0; }

 private:
  Executor& executor_;
  TimerId id_ = 0;
};

// Wraps callbacks handed to others: after the Lifetime is destroyed, or renewed, they do nothing.
class Lifetime {
 public:
  template <class F>
  auto Guard(F work) const {
    return [token = std::weak_ptr<char>(token_), work = std::move(work)](auto&&... args) mutable {
      if (!token.expired()) work(std::forward<decltype(args)>(args)...);
    };
  }
  // What was guarded before does nothing from now on.
  void Renew() { token_ = std::make_shared<char>(); }

 private:
  std::shared_ptr<char> token_ = std::make_shared<char>();
};

}  // namespace holdfast

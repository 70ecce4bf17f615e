// The way from the library's queue to the executor, for as long as its owner lives: whoever still holds it
// after that posts into nothing.
#pragma once

#include <functional>
#include <mutex>
#include <utility>

#include "base/executor.h"

namespace holdfast::session {

class Mailbox {
 public:
  explicit Mailbox(Executor& executor) : executor_(&executor) {}
  // Any thread.
  void Post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (executor_ != nullptr) executor_->Post(std::move(work));
  }
  // After it returns, nothing is posted any more.
  void Close() {
    const std::lock_guard lock(mutex_);
    executor_ = nullptr;
  }

 private:
  std::mutex mutex_;
  Executor* executor_;
};

}  // namespace holdfast::session

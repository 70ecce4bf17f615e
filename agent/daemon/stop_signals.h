// TERM, INT and HUP as calls on the executor.
#pragma once

#include <functional>

#include "base/poll_executor.h"

namespace holdfast::agent {

// One at a time in a process. Made before other threads are, destroyed on the executor's thread.
class StopSignals {
 public:
  StopSignals(PollExecutor& executor, std::function<void()> stop, std::function<void()> reload);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  void Read();

  PollExecutor& executor_;
  const std::function<void()> stop_;
  const std::function<void()> reload_;
  int read_ = -1;
};

}  // namespace holdfast::agent

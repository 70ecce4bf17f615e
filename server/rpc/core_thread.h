// The one thread that owns ServerCore and its database. gRPC's threads only post here; nothing else of the
// server has state that two threads touch.
#pragma once

#include <functional>
#include <thread>
#include <utility>

#include "base/poll_executor.h"

namespace holdfast::server {

class CoreThread final : public Executor {
 public:
  // The clock must outlive it.
  explicit CoreThread(const Clock& clock) : executor_(clock) {}
  ~CoreThread() override { Stop(); }
  CoreThread(const CoreThread&) = delete;
  CoreThread& operator=(const CoreThread&) = delete;

  // Work posted before runs once it has started. Idempotent.
  void Start();
  // Runs what was posted before this call, then ends the thread and waits for it. Idempotent; not from the
  // thread itself.
  void Stop();
  // Posts and waits until it ran. Not from the thread itself; only between Start and Stop.
  void RunAndWait(const std::function<void()>& work);

  void Post(std::function<void()> work) override { executor_.Post(std::move(work)); }
  TimerId PostAt(MonoTime due, std::function<void()> work) override {
    return executor_.PostAt(due, std::move(work));
  }
  void Cancel(TimerId id) override { executor_.Cancel(id); }

 private:
  PollExecutor executor_;
  std::thread thread_;
  bool started_ = false;
};

}  // namespace holdfast::server

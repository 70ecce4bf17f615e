// The executor of the real programs: one thread around poll(2), with timers and file descriptors.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/executor.h"

namespace holdfast {

class PollExecutor final : public Executor {
 public:
  // The clock must outlive the executor.
  explicit PollExecutor(const Clock& clock);
  ~PollExecutor() override;
  PollExecutor(const PollExecutor&) = delete;
  PollExecutor& operator=(const PollExecutor&) = delete;

  void Post(std::function<void()> work) override;
  TimerId PostAt(MonoTime due, std::function<void()> work) override;
  void Cancel(TimerId id) override;

  // Calls `ready` with poll's revents whenever fd is readable (or writable, or in error) until Unwatch.
  // Only on the executor's thread, or before Run. Replaces an earlier watch of the same fd.
  void Watch(int fd, short events, std::function<void(short)> ready);
  void Unwatch(int fd);

  // Runs work in the calling thread until Stop.
  void Run();
  // Any thread, and from a signal handler.
  void Stop();

 private:
  struct Watched {
    short events;
    std::function<void(short)> ready;
  };
  int TimeoutMs();
  void RunPosted();
  void RunTimers();
  void RunReady(const std::vector<std::pair<int, short>>& ready);
  void Wake();
  void WakeFromElsewhere();

  const Clock& clock_;
  int wake_read_ = -1;
  int wake_write_ = -1;
  std::atomic<bool> stop_{false};
  std::atomic<std::thread::id> runner_{};  // the thread that is in Run: it need not be woken by itself
  std::map<int, Watched> watched_;         // executor's thread only
  std::mutex mutex_;                       // guards what follows
  std::vector<std::function<void()>> posted_;
  std::map<std::pair<MonoTime, TimerId>, std::function<void()>> timers_;
  std::map<TimerId, MonoTime> due_;
  TimerId last_timer_ = 0;
};

}  // namespace holdfast

// A Mac whose library runs on several threads in real time: for ThreadSanitizer. Its manager brings every
// service up a moment after it is started.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

#include "sim/darwin/darwin_mac.h"

namespace holdfast::sim {

class ThreadedPort final : public DarwinPort {
 public:
  explicit ThreadedPort(int threads) {
    for (int i = 0; i < threads; ++i) workers_.emplace_back([this] { Work(); });
  }
  ~ThreadedPort() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    library_.holdfast_double_forget(this);
  }
  void Enter() { library_.holdfast_double_enter(this); }

  MonoTime Now() override { return clock_.Now().mono; }
  void After(absl::Duration delay, std::function<void()> work) override {
    {
      const std::lock_guard lock(mutex_);
      queue_.push({Now() + delay, ++posted_, std::move(work)});
    }
    wake_.notify_one();
  }
  absl::Duration Hop() override { return absl::Microseconds(20); }
  const Answers& answers() const override { return answers_; }
  bool ManagerRuns() const override { return true; }
  int ManagerPid() const override { return 100; }
  std::optional<SessionEvent> Current(const Uuid& service) const override {
    const std::lock_guard lock(mutex_);
    SessionEvent event;
    event.service = service;
    const auto it = statuses_.find(service);
    event.status = it == statuses_.end() ? SessionStatus::kDisconnected : it->second;
    return event;
  }
  uint64_t BytesIn(const Uuid&) override { return 1; }
  const char* StopReason(int) const override { return "None"; }
  void Start(const Uuid& service) override {
    Set(service, SessionStatus::kConnecting);
    After(absl::Microseconds(200), [this, service] { Set(service, SessionStatus::kConnected); });
  }
  void Stop(const Uuid& service) override { Set(service, SessionStatus::kDisconnected); }

 private:
  struct Task {
    MonoTime due;
    uint64_t order;
    std::function<void()> work;
    bool operator<(const Task& other) const {
      return due != other.due ? due > other.due : order > other.order;
    }
  };

  void Set(const Uuid& service, SessionStatus status) {
    {
      const std::lock_guard lock(mutex_);
      statuses_[service] = status;
    }
    library_.holdfast_double_status(this, service);
  }

  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      if (stopping_) return;
      if (queue_.empty()) {
        wake_.wait(lock);
        continue;
      }
      const absl::Duration wait = queue_.top().due - Now();
      if (wait > absl::ZeroDuration()) {
        wake_.wait_for(lock, absl::ToChronoNanoseconds(wait));
        continue;
      }
      std::function<void()> work = queue_.top().work;
      queue_.pop();
      lock.unlock();
      work();
      work = nullptr;
      lock.lock();
    }
  }

  SystemClock clock_;
  const Answers answers_;
  const DarwinLibrary& library_ = DarwinLibrary::Load();
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::priority_queue<Task> queue_;
  uint64_t posted_ = 0;
  bool stopping_ = false;
  std::map<Uuid, SessionStatus> statuses_;
  std::vector<std::thread> workers_;
};

}  // namespace holdfast::sim

#include "agent/platform/posix/probe_workers.h"

#include <signal.h>

#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace holdfast::platform {

struct ProbeWorkers::Shared {
  std::mutex mutex;  // guards what follows
  Executor* executor = nullptr;
  std::deque<std::function<std::function<void()>()>> waiting;
  int threads = 0;
  int most = 0;
};

ProbeWorkers::ProbeWorkers(Executor& executor, int most) : shared_(std::make_shared<Shared>()) {
  shared_->executor = &executor;
  shared_->most = most;
}

ProbeWorkers::~ProbeWorkers() {
  const std::lock_guard<std::mutex> lock(shared_->mutex);
  shared_->executor = nullptr;
  shared_->waiting.clear();
}

void ProbeWorkers::Run(std::function<std::function<void()>()> work) {
  {
    const std::lock_guard<std::mutex> lock(shared_->mutex);
    shared_->waiting.push_back(std::move(work));
    if (shared_->threads >= shared_->most) return;
    ++shared_->threads;
  }
  // A thread inherits the mask of who makes it. SIGPIPE of a socket that was closed would end the process.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread([shared = shared_] { Work(shared); }).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void ProbeWorkers::Work(const std::shared_ptr<Shared>& shared) {
  while (true) {
    std::function<std::function<void()>()> work;
    {
      const std::lock_guard<std::mutex> lock(shared->mutex);
      if (shared->waiting.empty()) {
        --shared->threads;
        return;
      }
      work = std::move(shared->waiting.front());
      shared->waiting.pop_front();
    }
    std::function<void()> answer = work();
    const std::lock_guard<std::mutex> lock(shared->mutex);
    if (shared->executor != nullptr) shared->executor->Post(std::move(answer));
  }
}

}  // namespace holdfast::platform

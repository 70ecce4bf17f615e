#include "agent/journal/strand.h"

#include <utility>

namespace holdfast::journal {

void ExecutorStrand::Run(std::function<void(Journal&)> work, std::function<void()> done) {
  executor_.Post(lifetime_.Guard([this, work = std::move(work), done = std::move(done)]() mutable {
    work(journal_);
    executor_.Post(lifetime_.Guard(std::move(done)));
  }));
}

ThreadStrand::ThreadStrand(Executor& executor, std::unique_ptr<Journal> journal)
    : executor_(executor), journal_(std::move(journal)), thread_([this] { Loop(); }) {}

ThreadStrand::~ThreadStrand() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void ThreadStrand::Run(std::function<void(Journal&)> work, std::function<void()> done) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    tasks_.push_back({std::move(work), std::move(done)});
  }
  wake_.notify_one();
}

void ThreadStrand::Loop() {
  while (true) {
    Task task;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task.work(*journal_);
    executor_.Post(std::move(task.done));
  }
}

}  // namespace holdfast::journal

// Where the journal lives. A journal belongs to one thread, and its fsyncs must not delay a decision: the
// program gives it a thread of its own, the simulation runs it as further tasks of the one executor.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "base/executor.h"
#include "base/timer.h"
#include "storage/journal/journal.h"

namespace holdfast::journal {

class Strand {
 public:
  virtual ~Strand() = default;
  // Runs `work` where the journal lives, in order of the calls, then `done` on the executor. Called on the
  // executor; returns at once. What `work` refers to must be owned by it.
  virtual void Run(std::function<void(Journal&)> work, std::function<void()> done) = 0;
};

// Runs each piece of work as a task of the executor itself, so that a crash can fall between a command and
// its row as it can in the program. The journal must outlive the strand; destroying the strand drops what has
// not run yet.
class ExecutorStrand final : public Strand {
 public:
  ExecutorStrand(Executor& executor, Journal& journal) : executor_(executor), journal_(journal) {}
  void Run(std::function<void(Journal&)> work, std::function<void()> done) override;

 private:
  Executor& executor_;
  Journal& journal_;
  Lifetime lifetime_;
};

// Owns a journal and the one thread that touches it.
class ThreadStrand final : public Strand {
 public:
  ThreadStrand(Executor& executor, std::unique_ptr<Journal> journal);
  // Finishes the work that was given, closes nothing, and joins.
  ~ThreadStrand() override;
  void Run(std::function<void(Journal&)> work, std::function<void()> done) override;

 private:
  struct Task {
    std::function<void(Journal&)> work;
    std::function<void()> done;
  };
  void Loop();

  Executor& executor_;
  const std::unique_ptr<Journal> journal_;  // the thread's
  std::mutex mutex_;                        // guards tasks_ and stop_
  std::condition_variable wake_;
  std::deque<Task> tasks_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace holdfast::journal

// A few threads for what blocks: name resolution, handshakes, slow servers. What waits longer than a free
// thread takes to come, waits; who asked has its own timer. No signal is handled on them.
#pragma once

#include <functional>
#include <memory>

#include "base/executor.h"

namespace holdfast::platform {

class ProbeWorkers {
 public:
  // At most `most` threads at a time; none while nothing is to do. The executor must outlive it.
  explicit ProbeWorkers(Executor& executor, int most = 8);
  // Waits for nobody: a resolver cannot be interrupted, so its thread is let go and its answer dropped.
  ~ProbeWorkers();
  ProbeWorkers(const ProbeWorkers&) = delete;
  ProbeWorkers& operator=(const ProbeWorkers&) = delete;

  // Runs `work` on a thread, and what it returns on the executor.
  void Run(std::function<std::function<void()>()> work);

 private:
  struct Shared;
  static void Work(const std::shared_ptr<Shared>& shared);
  const std::shared_ptr<Shared> shared_;
};

}  // namespace holdfast::platform

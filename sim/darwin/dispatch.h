// Serial queues on the Mac's one scheduler.
#pragma once

#include <Block.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "agent/session/darwin/abi.h"
#include "sim/darwin/counted.h"
#include "sim/darwin/port.h"

namespace holdfast::sim {

// Whose Mac this thread is on now: the one it entered, else the only one there is.
DarwinPort* CurrentPort();
void EnterMac(DarwinPort* port);
class OnMac {
 public:
  explicit OnMac(DarwinPort* port);
  ~OnMac();
  OnMac(const OnMac&) = delete;
  OnMac& operator=(const OnMac&) = delete;

 private:
  DarwinPort* before_;
};

// A heap copy of a block. One count for all who share it, which ThreadSanitizer can see: the block runtime is
// not instrumented, and its own count would look like a race.
template <class B>
using SharedBlock = std::shared_ptr<const B>;
template <class B>
SharedBlock<B> Own(B block) {
  if (block == nullptr) return nullptr;
  return {new B(Block_copy(block)), [](const B* b) {
            Block_release(*b);
            delete b;
          }};
}

Census& Queues();

}  // namespace holdfast::sim

struct hf_queue : holdfast::sim::Counted {
  explicit hf_queue(holdfast::sim::DarwinPort* port);
  ~hf_queue();

  // Runs `work` here in order of posting, not before `delay` has passed. The queue lives until then.
  void Post(absl::Duration delay, std::function<void()> work);
  // What is queued is dropped, and nothing runs any more: the process is dead.
  void Kill();
  holdfast::sim::DarwinPort* port() const { return port_; }

 private:
  struct Task {
    holdfast::MonoTime due;
    std::function<void()> work;
  };
  void Schedule(absl::Duration delay);
  void RunNext();

  holdfast::sim::DarwinPort* const port_;
  std::mutex mutex_;
  std::deque<Task> tasks_;
  bool scheduled_ = false;
  bool dead_ = false;
};

namespace holdfast::sim {

struct ReleaseQueue {
  void operator()(hf_queue* queue) const;
};
using QueueRef = std::shared_ptr<hf_queue>;
QueueRef Retained(hf_queue* queue);
// Kills every queue of that Mac's process.
void KillQueues(DarwinPort* port);

}  // namespace holdfast::sim

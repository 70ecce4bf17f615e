#include "sim/darwin/dispatch.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "sim/darwin/export.h"
#include "sim/darwin/process.h"

namespace holdfast::sim {
namespace {

thread_local DarwinPort* t_port = nullptr;

struct Register {
  std::mutex mutex;
  std::set<hf_queue*> alive;
};
Register& AllQueues() {
  static Register& all = *new Register;
  return all;
}

}  // namespace

void EnterMac(DarwinPort* port) {
  t_port = port;
}

DarwinPort* CurrentPort() {
  if (t_port != nullptr) return t_port;
  DarwinPort* const only = Process::OnlyPort();
  if (only == nullptr) Violation("a call from a thread that is on no Mac: holdfast_double_enter first");
  return only;
}

OnMac::OnMac(DarwinPort* port) : before_(std::exchange(t_port, port)) {}
OnMac::~OnMac() {
  t_port = before_;
}

Census& Queues() {
  static Census& census = *new Census;
  return census;
}

void ReleaseQueue::operator()(hf_queue* queue) const {
  if (queue->Release()) delete queue;
}

void KillQueues(DarwinPort* port) {
  std::vector<QueueRef> queues;
  {
    const std::lock_guard lock(AllQueues().mutex);
    for (hf_queue* queue : AllQueues().alive) {
      if (queue->port() == port && queue->TryRetain()) queues.emplace_back(queue, ReleaseQueue{});
    }
  }
  for (const QueueRef& queue : queues) queue->Kill();
}

QueueRef Retained(hf_queue* queue) {
  if (queue == nullptr) Violation("no queue to call back on");
  queue->Retain();
  return {queue, ReleaseQueue{}};
}

}  // namespace holdfast::sim

using holdfast::sim::OnMac;
using holdfast::sim::Own;

hf_queue::hf_queue(holdfast::sim::DarwinPort* port) : Counted(holdfast::sim::Queues()), port_(port) {
  const std::lock_guard lock(holdfast::sim::AllQueues().mutex);
  holdfast::sim::AllQueues().alive.insert(this);
}

hf_queue::~hf_queue() {
  const std::lock_guard lock(holdfast::sim::AllQueues().mutex);
  holdfast::sim::AllQueues().alive.erase(this);
}

void hf_queue::Post(absl::Duration delay, std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (dead_) return;
    tasks_.push_back({port_->Now() + delay, std::move(work)});
    if (std::exchange(scheduled_, true)) return;
  }
  Schedule(delay);
}

void hf_queue::Schedule(absl::Duration delay) {
  port_->After(delay, [self = holdfast::sim::Retained(this)] { self->RunNext(); });
}

// One at a time, so that queues take turns.
void hf_queue::RunNext() {
  std::function<void()> work;
  absl::Duration wait;
  {
    const std::lock_guard lock(mutex_);
    if (dead_ || tasks_.empty()) return;
    wait = tasks_.front().due - port_->Now();
    if (wait <= absl::ZeroDuration()) {
      work = std::move(tasks_.front().work);
      tasks_.pop_front();
    }
  }
  if (!work) return Schedule(wait);
  {
    const OnMac here(port_);
    work();
    work = nullptr;  // what it captured may call the library
  }
  {
    const std::lock_guard lock(mutex_);
    if (dead_ || tasks_.empty()) {
      scheduled_ = false;
      return;
    }
    wait = std::max(tasks_.front().due - port_->Now(), absl::ZeroDuration());
  }
  Schedule(wait);
}

void hf_queue::Kill() {
  std::deque<Task> dropped;
  const std::lock_guard lock(mutex_);
  dead_ = true;
  dropped.swap(tasks_);
}

HOLDFAST_EXPORT hf_queue* dispatch_queue_create(const char* label, void* attributes) {
  if (attributes != nullptr) holdfast::sim::Violation("only serial queues are simulated");
  return new hf_queue(holdfast::sim::CurrentPort());
}

HOLDFAST_EXPORT void dispatch_async(hf_queue* queue, holdfast::ne::abi::VoidBlock block) {
  if (queue == nullptr) holdfast::sim::Violation("no queue to run on");
  queue->Post(absl::ZeroDuration(), [block = Own(block)] { (*block)(); });
}

HOLDFAST_EXPORT void dispatch_release(hf_queue* queue) {
  holdfast::sim::ReleaseQueue{}(queue);
}

HOLDFAST_CHECK_PROTOTYPES(HOLDFAST_DISPATCH_FUNCTIONS)

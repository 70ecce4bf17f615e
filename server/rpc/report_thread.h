// Where reports are made, and what else reads much, when there is a second connection to the store: a large
// one takes seconds, in which the core goes on. Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "server/rpc/core_thread.h"
#include "server/service/report_maker.h"

namespace holdfast::server {

class ReportThread {
 public:
  using OpenReader = std::function<absl::StatusOr<std::unique_ptr<fleet::FleetStore>>()>;
  static constexpr int kMostWaiting = 8;

  // Each report has a connection of its own, closed after it. The clock must outlive it.
  ReportThread(OpenReader open, const Clock& clock) : open_(std::move(open)), thread_(clock) {}

  void Start() { thread_.Start(); }
  void Stop() { thread_.Stop(); }
  // `done` runs on this thread, once: RESOURCE_EXHAUSTED at once, in the caller's, when too many wait.
  void Make(ReportJob job, std::function<void(absl::StatusOr<MadeReport>)> done);
  // The same for other readers of the store: `read` runs on this thread, once, with a connection of its own
  // or with why there is none. It must not keep it.
  void Read(std::function<void(absl::StatusOr<fleet::FleetStore*>)> read);
  // Other work about a report that need not be the core's.
  void Post(std::function<void()> work) { thread_.Post(std::move(work)); }

 private:
  const OpenReader open_;
  std::atomic<int> waiting_{0};
  CoreThread thread_;
};

}  // namespace holdfast::server

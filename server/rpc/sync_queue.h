// Group commit: syncs that arrive while a commit is on its way to the disk share the next one. All on the
// core thread.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "base/executor.h"
#include "server/service/server_core.h"

namespace holdfast::server {

class SyncQueue {
 public:
  using Done = std::function<void(absl::StatusOr<wire::SyncResponse>)>;
  // Answers in the order of the calls, after one durable commit: ServerCore::SyncBatch.
  using Commit = std::function<std::vector<absl::StatusOr<wire::SyncResponse>>(std::vector<SyncCall>)>;
  struct Limits {
    // One commit's share, so that no call waits behind an endless one.
    size_t calls = 512;
    size_t rows = 20'000;
  };

  // The executor must outlive the queue and run nothing of it afterwards.
  SyncQueue(Executor& executor, Commit commit, Limits limits)
      : executor_(executor), commit_(std::move(commit)), limits_(limits) {}

  // `done` runs on the core thread, once.
  void Add(SyncCall call, Done done);

 private:
  struct Waiting {
    SyncCall call;
    Done done;
  };
  void Drain();
  void TakeBatch(std::vector<SyncCall>* calls, std::vector<Done>* done);

  Executor& executor_;
  Commit commit_;
  Limits limits_;
  std::deque<Waiting> waiting_;
  bool scheduled_ = false;
};

}  // namespace holdfast::server

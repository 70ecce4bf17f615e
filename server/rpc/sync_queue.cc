#include "server/rpc/sync_queue.h"

#include <utility>

namespace holdfast::server {

void SyncQueue::Add(SyncCall call, Done done) {
  waiting_.push_back({std::move(call), std::move(done)});
  if (scheduled_) return;
  scheduled_ = true;
  executor_.Post([this] { Drain(); });
}

void SyncQueue::TakeBatch(std::vector<SyncCall>* calls, std::vector<Done>* done) {
  size_t rows = 0;
  while (!waiting_.empty() && calls->size() < limits_.calls) {
    Waiting& next = waiting_.front();
    const size_t more = next.call.request.frame ? next.call.request.frame->rows.size() : 0;
    if (!calls->empty() && rows + more > limits_.rows) break;
    rows += more;
    calls->push_back(std::move(next.call));
    done->push_back(std::move(next.done));
    waiting_.pop_front();
  }
}

void SyncQueue::Drain() {
  scheduled_ = false;
  std::vector<SyncCall> calls;
  std::vector<Done> done;
  TakeBatch(&calls, &done);
  // Before the commit: what waits already goes ahead of anything posted while the disk works.
  if (!waiting_.empty()) {
    scheduled_ = true;
    executor_.Post([this] { Drain(); });
  }
  std::vector<absl::StatusOr<wire::SyncResponse>> answers = commit_(std::move(calls));
  for (size_t i = 0; i < done.size(); ++i) done[i](std::move(answers[i]));
}

}  // namespace holdfast::server

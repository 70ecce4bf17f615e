#include "agent/daemon/row_log.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/event/evidence.h"
#include "proto/wire/event_codec.h"

namespace holdfast::agent {
namespace {

constexpr size_t kMostRowsTogether = 1000;
constexpr absl::Duration kRetry = absl::Seconds(2);
constexpr absl::Duration kSlowestRetry = absl::Minutes(1);

bool IsImportant(RowKind kind) {
  return IsEvidence(kind) || kind == RowKind::kAgentStarted || kind == RowKind::kAgentStopped ||
         kind == RowKind::kPolicy;
}

size_t SizeOf(const journal::Draft& draft) {
  return sizeof draft + draft.subject.size() + draft.payload.size();
}

struct Appended {
  absl::Status status;
  journal::Head head;
};

}  // namespace

RowLog::RowLog(Executor& executor, const Clock& clock, journal::Strand& strand, Observer observer)
    : executor_(executor), clock_(clock), strand_(strand), observer_(std::move(observer)), retry_(executor) {}

void RowLog::Add(const Stamp& at, const Event& event) {
  journal::Draft draft{at, static_cast<uint16_t>(KindOf(event)), wire::kPayloadVersion, SubjectOf(event),
                       wire::EncodeEvent(event)};
  if (!HasRoomFor(draft)) {
    ++dropped_;
    return;
  }
  queued_bytes_ += SizeOf(draft);
  queue_.push_back(std::move(draft));
  ++added_;
  if (trouble_.ok()) Flush();
}

bool RowLog::HasRoomFor(const journal::Draft& draft) const {
  return queued_bytes_ + SizeOf(draft) <=
         (IsImportant(static_cast<RowKind>(draft.kind)) ? kMostImportantBytes : kMostBytes);
}

void RowLog::WhenDurable(std::function<void(absl::Status)> done) {
  if (settled_ == added_ || !trouble_.ok()) {
    executor_.Post(lifetime_.Guard([done = std::move(done), status = trouble_] { done(status); }));
    return;
  }
  waiters_.push_back({added_, std::move(done)});
}

// What is added while a group is being written becomes the next group. A first row waits only for the work
// that is already posted, so that the rows of one decision share a transaction.
void RowLog::Flush() {
  if (in_flight_ || queue_.empty()) return;
  in_flight_ = true;
  executor_.Post(lifetime_.Guard([this] {
    const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), kMostRowsTogether));
    auto drafts = std::make_shared<std::vector<journal::Draft>>(queue_.begin(), queue_.begin() + count);
    auto result = std::make_shared<Appended>();
    strand_.Run(
        [drafts, result](journal::Journal& journal) {
          result->status = journal.Append(*drafts).status();
          result->head = journal.head();
        },
        lifetime_.Guard(
            [this, drafts, result] { OnAppended(drafts->size(), result->status, result->head); }));
  }));
}

void RowLog::OnAppended(size_t rows, const absl::Status& status, const journal::Head& head) {
  in_flight_ = false;
  if (!status.ok()) {
    const bool first = trouble_.ok();
    trouble_ = status;
    Settle(status);
    const absl::Duration wait = std::min(kRetry * (1 << std::min(failures_++, 5)), kSlowestRetry);
    retry_.Set(clock_.Now().mono + wait, [this] { Flush(); });
    if (first) observer_.blocked(status);
    return;
  }
  for (size_t i = 0; i < rows; ++i) {
    queued_bytes_ -= SizeOf(queue_.front());
    last_durable_ = queue_.front().at;
    queue_.pop_front();
  }
  settled_ += rows;
  failures_ = 0;
  const bool recovered = !std::exchange(trouble_, absl::OkStatus()).ok();
  Settle(absl::OkStatus());
  observer_.durable(head);
  if (recovered) observer_.recovered(std::exchange(dropped_, 0));
  Flush();
}

void RowLog::Settle(const absl::Status& status) {
  while (!waiters_.empty() && (!status.ok() || waiters_.front().added <= settled_)) {
    auto done = std::move(waiters_.front().done);
    waiters_.pop_front();
    done(status);
  }
}

}  // namespace holdfast::agent

// The agent's way to the journal: rows go out in groups, one transaction at a time, and while the disk is
// full they wait in memory, bounded, without holding anybody up. Belongs to the executor's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agent/journal/strand.h"
#include "base/timer.h"
#include "core/event/event.h"

namespace holdfast::agent {

class RowLog {
 public:
  // While the disk takes nothing: rows kept of every kind, and of those that an account or an incident needs.
  static constexpr size_t kMostBytes = size_t{32} << 20;
  static constexpr size_t kMostImportantBytes = size_t{64} << 20;

  struct Observer {
    // Rows up to this head are durable.
    std::function<void(const journal::Head& head)> durable;
    // The journal takes no rows (once), and takes them again; `dropped` rows did not fit into memory.
    std::function<void(const absl::Status& why)> blocked;
    std::function<void(uint64_t dropped)> recovered;
  };

  // Executor, clock and strand must outlive it.
  RowLog(Executor& executor, const Clock& clock, journal::Strand& strand, Observer observer);

  void Add(const Stamp& at, const Event& event);
  // `done` runs once everything added so far is durable; with the reason as soon as the journal refuses it.
  void WhenDurable(std::function<void(absl::Status)> done);

  const absl::Status& trouble() const { return trouble_; }
  size_t waiting() const { return queue_.size(); }
  std::optional<Stamp> last_durable() const { return last_durable_; }

 private:
  struct Waiter {
    uint64_t added;
    std::function<void(absl::Status)> done;
  };
  bool HasRoomFor(const journal::Draft& draft) const;
  void Flush();
  void OnAppended(size_t rows, const absl::Status& status, const journal::Head& head);
  void Settle(const absl::Status& status);

  Executor& executor_;
  const Clock& clock_;
  journal::Strand& strand_;
  const Observer observer_;
  std::deque<journal::Draft> queue_;  // the first ones are in flight
  size_t queued_bytes_ = 0;
  bool in_flight_ = false;
  uint64_t added_ = 0;
  uint64_t settled_ = 0;
  uint64_t dropped_ = 0;
  std::deque<Waiter> waiters_;
  absl::Status trouble_;
  int failures_ = 0;
  std::optional<Stamp> last_durable_;
  Timer retry_;
  Lifetime lifetime_;
};

}  // namespace holdfast::agent

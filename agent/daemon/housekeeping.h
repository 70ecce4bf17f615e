// What the journal needs now and then: a mark that the agent is alive, retention, and a look at the chain
// after an unclean stop or once a day, in slices. Belongs to the executor's thread.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

#include "agent/journal/strand.h"
#include "base/timer.h"

namespace holdfast::agent {

class Housekeeping {
 public:
  struct Observer {
    std::function<std::optional<Stamp>()> last_row;             // written by anyone
    std::function<void(const absl::Status& damage)> damaged;    // DATA_LOSS of a slice
    std::function<void(const absl::Status& trouble)> troubled;  // retention failed
  };
  Housekeeping(Executor& executor, const Clock& clock, journal::Strand& strand, Observer observer);

  // `verify`: the last stop was not clean.
  void Start(bool verify);
  // Each minute's work looks at these anew.
  struct Limits {
    int days = 90;
    int64_t max_bytes = int64_t{256} << 20;
    int64_t max_unacknowledged_bytes = INT64_MAX;
  };
  void SetRetention(const Limits& limits) { limits_ = limits; }
  // How old the newest sign of life in the journal may become, which is what a crash leaves unknown: the
  // heartbeat, from one minute to five.
  void SetMarkEvery(absl::Duration heartbeat) {
    mark_every_ = std::clamp(heartbeat, absl::Minutes(1), absl::Minutes(5));
  }

 private:
  void EachMinute();
  void Mark(const Stamp& now);
  void Prune();
  void Verify();

  const Clock& clock_;
  journal::Strand& strand_;
  const Observer observer_;
  Limits limits_;
  absl::Duration mark_every_ = absl::Minutes(1);
  std::optional<Stamp> marked_;
  uint64_t minutes_ = 0;
  Timer minute_;
  Timer prune_;
  Timer verify_;
  Lifetime lifetime_;
};

}  // namespace holdfast::agent

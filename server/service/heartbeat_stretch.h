// How much longer than their policy says devices stay away while the server has no room for them: each minute
// in which a Sync was turned away doubles the interval, up to an hour; five minutes without one halve it
// again. So a server that cannot keep up loses heartbeats, which say nothing new, and not transitions, which
// are sent at once whatever the interval. Pure.
#pragma once

#include <optional>

#include "absl/time/time.h"
#include "base/time.h"

namespace holdfast::server {

class HeartbeatStretch {
 public:
  static constexpr absl::Duration kLongest = absl::Hours(1);  // as far as agents follow
  static constexpr absl::Duration kDoubleEvery = absl::Minutes(1);
  static constexpr absl::Duration kHalveAfter = absl::Minutes(5);
  static constexpr int kMostDoublings = 6;  // of a minute: an hour

  // Nobody is asked to come more often than every `at_least`, pressure or not; zero: as policies say.
  explicit HeartbeatStretch(absl::Duration at_least) : at_least_(at_least) {}

  // `turned_away`: whether a Sync was since the last call. Call it every few seconds. True: For answers
  // otherwise than before.
  bool Judge(bool turned_away, MonoTime now);
  // What to ask of a device whose policy says `interval`; zero: nothing.
  absl::Duration For(absl::Duration interval) const;
  int factor() const { return 1 << doublings_; }

 private:
  const absl::Duration at_least_;
  int doublings_ = 0;
  std::optional<MonoTime> stepped_;  // when it last changed
  MonoTime turned_away_;             // when a Sync last was
};

}  // namespace holdfast::server

// When to speak and how much to say, as plain values: heartbeat times spread over the fleet, batch sizes, and
// how long to stay away after a failure. No clock, no I/O; one executor owns each.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/time/time.h"
#include "base/backoff.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/time.h"

namespace holdfast::uplink {

// A stable point inside the interval for each device, in [0, interval).
absl::Duration HeartbeatOffset(const Uuid& device, absl::Duration interval);

// How long until the next heartbeat: the next moment of server time that lies at the device's offset in the
// interval, made earlier by up to a tenth of the interval (at most 30 s). In (0, interval * 1.1].
absl::Duration UntilHeartbeat(const Uuid& device, ServerTime now, absl::Duration interval,
                              SplitMix64& random);

// Bytes and rows of the next batch: 0.25 to 1 MB while all is well, halved when the server says too much,
// down to a single row, which can then be named as the one that is refused.
class BatchSize {
 public:
  static constexpr size_t kSmallest = size_t{256} << 10;
  // Of payloads; with subjects and what surrounds a row a frame stays within 1 MB.
  static constexpr size_t kLargest = size_t{640} << 10;
  static constexpr size_t kMostRows = 10'000;

  size_t bytes() const { return bytes_; }
  size_t rows() const { return rows_; }
  void Accepted(absl::Duration took);
  // The batch of `sent` rows was too large, or one of its rows is bad.
  void Refused(size_t sent);

 private:
  size_t bytes_ = kSmallest;
  size_t rows_ = kMostRows;
};

// Failures and how long to wait after each. The count goes back to zero only after a minute without a
// failure, so that a server that answers every second call is not hammered.
class Penalty {
 public:
  static constexpr absl::Duration kStable = absl::Minutes(1);

  explicit Penalty(const BackoffPolicy& policy) : policy_(policy) {}
  void Succeeded(MonoTime now);
  // max(own backoff, `retry_after`) plus jitter, which comes after the cap.
  absl::Duration Failed(std::optional<absl::Duration> retry_after, SplitMix64& random);
  int failures() const { return failures_; }

 private:
  const BackoffPolicy policy_;
  int failures_ = 0;
  std::optional<MonoTime> well_since_;
};

}  // namespace holdfast::uplink

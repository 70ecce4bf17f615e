#include "agent/uplink/pace.h"

#include "absl/strings/str_cat.h"
#include "base/sha256.h"

namespace holdfast::uplink {

absl::Duration HeartbeatOffset(const Uuid& device, absl::Duration interval) {
  const Sha256Digest digest = Sha256(absl::StrCat("heartbeat:", device.ToString()));
  uint64_t fraction = 0;
  for (int i = 0; i < 4; ++i) fraction = fraction << 8 | digest[i];
  return interval * (static_cast<double>(fraction) / 4294967296.0);
}

absl::Duration UntilHeartbeat(const Uuid& device, ServerTime now, absl::Duration interval,
                              SplitMix64& random) {
  const int64_t length = std::max<int64_t>(absl::ToInt64Nanoseconds(interval), 1);
  const int64_t offset = absl::ToInt64Nanoseconds(HeartbeatOffset(device, interval));
  const int64_t phase = ((now.ns - offset) % length + length) % length;
  const absl::Duration aligned = absl::Nanoseconds(length - phase);
  const absl::Duration most = std::min(interval * 0.1, absl::Seconds(30));
  const absl::Duration jitter = most * random.Uniform();
  // So close to the moment, the heartbeat that was made earlier has just been sent: the next one.
  return aligned > most ? aligned - jitter : aligned + interval - jitter;
}

void BatchSize::Accepted(absl::Duration took) {
  if (rows_ < kMostRows) {
    rows_ = std::min(kMostRows, rows_ * 2);
  } else if (took > absl::Seconds(5)) {
    bytes_ = std::max(kSmallest, bytes_ / 2);
  } else {
    bytes_ = std::min(kLargest, bytes_ * 2);
  }
}

void BatchSize::Refused(size_t sent) {
  bytes_ = kSmallest;
  rows_ = std::max<size_t>(1, sent / 2);
}

void Penalty::Succeeded(MonoTime now) {
  if (!well_since_) well_since_ = now;
  if (now - *well_since_ >= kStable) failures_ = 0;
}

absl::Duration Penalty::Failed(std::optional<absl::Duration> retry_after, SplitMix64& random) {
  ++failures_;
  well_since_.reset();
  BackoffPolicy bare = policy_;
  bare.jitter = 0;
  const absl::Duration base =
      std::max(BackoffDelay(bare, failures_, random), retry_after.value_or(absl::ZeroDuration()));
  return base + base * (policy_.jitter * random.Uniform());
}

}  // namespace holdfast::uplink

#include "server/rpc/admission.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace holdfast::server {
namespace {

// How long a caller is sent away for when the server is full: some heartbeats' worth would be too long for
// transitions, less than a second would be a hammer.
constexpr absl::Duration kFullRetry = absl::Seconds(5);

absl::Status Throttled(absl::Status status, absl::Duration retry_after) {
  return WithRetryAfter(WithReason(std::move(status), ErrorReason::kThrottled), retry_after);
}

}  // namespace

Admission::Admission(const AdmissionLimits& limits) : limits_(limits) {}

absl::StatusOr<std::shared_ptr<Admission::Ticket>> Admission::Enter(AgentMethod method, int64_t bytes,
                                                                    MonoTime now) {
  const MethodLimits& limits = limits_.methods[static_cast<size_t>(method)];
  std::lock_guard lock(mutex_);
  Bucket& bucket = buckets_[static_cast<size_t>(method)];
  const double tokens = bucket.tokens.Refill(limits.per_second, limits.burst, now);
  if (bucket.in_flight >= limits.in_flight || bucket.bytes + bytes > limits.bytes_in_flight) {
    bucket.turned_away = true;
    return Throttled(absl::UnavailableError("the server is busy with as many calls as it takes at a time"),
                     kFullRetry);
  }
  if (tokens < 1) {
    bucket.turned_away = true;
    const absl::Duration until_one = absl::Seconds((1 - tokens) / limits.per_second);
    return Throttled(absl::ResourceExhaustedError("more calls of this kind than the server takes per second"),
                     std::max(until_one, absl::Seconds(1)));
  }
  bucket.tokens.Take();
  ++bucket.in_flight;
  bucket.bytes += bytes;
  return std::make_shared<Ticket>(this, method, bytes);
}

bool Admission::TurnedAway(AgentMethod method) {
  std::lock_guard lock(mutex_);
  return std::exchange(buckets_[static_cast<size_t>(method)].turned_away, false);
}

void Admission::Leave(AgentMethod method, int64_t bytes) {
  std::lock_guard lock(mutex_);
  Bucket& bucket = buckets_[static_cast<size_t>(method)];
  --bucket.in_flight;
  bucket.bytes -= bytes;
}

}  // namespace holdfast::server

#include "server-mock/swarm/tally.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace holdfast::swarm {

absl::Duration Latencies::Percentile(double share) const {
  if (seconds_.empty()) return absl::ZeroDuration();
  const double rank = std::ceil(share * static_cast<double>(seconds_.size()));
  const size_t index = std::min(seconds_.size(), std::max<size_t>(1, static_cast<size_t>(rank))) - 1;
  std::nth_element(seconds_.begin(), seconds_.begin() + static_cast<ptrdiff_t>(index), seconds_.end());
  return absl::Seconds(seconds_[index]);
}

void Tally::Failed(const absl::Status& status) {
  const ErrorReason reason = ReasonOf(status);
  ++failures[std::string(reason != ErrorReason::kNone ? ErrorReasonName(reason)
                                                      : absl::StatusCodeToString(status.code()))];
}

void Recovery::Answered(size_t agent, MonoTime now) {
  if (back_[agent]) return;
  back_[agent] = true;
  ++back_count_;
  const absl::Duration took = now - since_;
  if (!half_ && back_count_ * 2 >= back_.size()) half_ = took;
  if (!most_ && back_count_ * 100 >= back_.size() * 99) most_ = took;
  if (back_count_ == back_.size()) all_ = took;
}

}  // namespace holdfast::swarm

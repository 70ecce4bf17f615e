#include "server/service/rollout_rate.h"

#include <algorithm>
#include <string>

namespace holdfast::server {

bool InShare(const Uuid& device, const Sha256Digest& policy, int percent) {
  if (percent <= 0 || percent >= 100) return percent >= 100;
  std::string bytes(device.bytes.begin(), device.bytes.end());
  bytes.append(policy.begin(), policy.end());
  const Sha256Digest digest = Sha256(bytes);
  uint64_t number = 0;
  for (size_t i = 0; i < sizeof number; ++i) number = number << 8 | digest[i];
  return number % 100 < static_cast<uint64_t>(percent);
}

RolloutRate RateOf(const fleet::HandedCounts& counts, const fleet::RolloutRecord& rollout) {
  RolloutRate rate;
  if (counts.counted == 0) return rate;
  rate.failed = 100.0 * counts.failed / counts.counted;
  const double expected = static_cast<double>(rollout.expected_millionths) / 1e6;
  rate.expected = std::min(rate.failed, 100.0 * expected / counts.counted);
  rate.believed = counts.counted >= kLeastCounted && counts.failed >= kLeastFailed;
  rate.exceeded = rate.believed && rate.failed - rate.expected > rollout.halt_on_failure_rate;
  return rate;
}

}  // namespace holdfast::server

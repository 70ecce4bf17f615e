#include "base/backoff.h"

#include <algorithm>

namespace holdfast {

absl::Duration BackoffDelay(const BackoffPolicy& policy, int failures, SplitMix64& random) {
  absl::Duration base = policy.initial;
  for (int i = 1; i < failures && base < policy.max; ++i) base *= policy.multiplier;
  base = std::min(base, policy.max);
  return base + base * (policy.jitter * random.Uniform());
}

}  // namespace holdfast

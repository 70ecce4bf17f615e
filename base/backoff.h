// Exponential backoff with jitter added after the cap: a cap after the jitter would spread nothing once it is
// reached.
#pragma once

#include "absl/time/time.h"
#include "base/random.h"

namespace holdfast {

struct BackoffPolicy {
  absl::Duration initial = absl::Seconds(1);
  double multiplier = 2.0;
  absl::Duration max = absl::Seconds(300);
  double jitter = 0.5;  // up to this share of the capped delay is added
};

// The delay before try number `failures` + 1, for failures >= 1. Result lies in [base, base * (1 + jitter)],
// where base = min(max, initial * multiplier^(failures - 1)).
absl::Duration BackoffDelay(const BackoffPolicy& policy, int failures, SplitMix64& random);

}  // namespace holdfast

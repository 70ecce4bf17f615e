// Seeds in parallel processes: each has SQLite's generator to itself, and one that crashes or hangs takes
// only its own seed along.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace holdfast::simulation {

// How the Macs of a seed live.
struct Life {
  absl::Duration trouble = absl::Hours(24);
  absl::Duration every = absl::Minutes(15);  // a strike at each, on average
  int devices = 6;
};

// Trouble in dense succession shows how faults meet; long lives show what only time brings: daily limits,
// retention, renewals, what adds up. Of ten seeds one lives a day of the first kind, nine a week of the
// second, with a strike a day.
Life LifeOf(uint64_t seed);

struct PoolOptions {
  uint64_t first = 1;
  uint64_t seeds = 100;
  std::optional<Life> life;                           // of all seeds; else each has its own
  absl::Duration at_most = absl::InfiniteDuration();  // in real time: then no further seed begins
  int jobs = 0;
  int stop_after = 3;
  std::string trace;
};

// Prints as it goes; the exit code: 0 when no seed failed.
int RunPool(const PoolOptions& options);

}  // namespace holdfast::simulation

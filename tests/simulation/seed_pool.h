// Seeds in parallel processes: each has SQLite's generator to itself, and one that crashes or hangs takes
// only its own seed along.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace holdfast::simulation {

struct PoolOptions {
  uint64_t first = 1;
  uint64_t seeds = 100;
  absl::Duration hours = absl::Hours(24);
  absl::Duration every = absl::Minutes(15);
  std::string length_text = "--hours 24 --every 15";
  absl::Duration at_most = absl::InfiniteDuration();  // in real time: then no further seed begins
  int devices = 6;
  int jobs = 0;
  int stop_after = 3;
  std::string trace;
};

// Prints as it goes; the exit code: 0 when no seed failed.
int RunPool(const PoolOptions& options);

}  // namespace holdfast::simulation

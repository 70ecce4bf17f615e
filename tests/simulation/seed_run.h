// One seed from its beginning to its judgement.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace holdfast::simulation {

struct SeedOptions {
  uint64_t seed = 1;
  absl::Duration trouble = absl::Hours(24);  // how long things go wrong; about an hour of peace follows
  absl::Duration trouble_every = absl::Minutes(15);  // at each device, on average
  int devices = 6;
  bool darwin = true;                             // every third Mac has the adapter that a Mac has
  std::function<void(const std::string&)> trace;  // may be null
};

struct SeedResult {
  uint64_t seed = 0;
  std::vector<std::string> violations;
  std::string digest;  // equal seeds and options have equal ones
  absl::Duration awake;
  uint64_t rows = 0, steps = 0, strikes = 0;
};

SeedResult RunSeed(const SeedOptions& options);

}  // namespace holdfast::simulation

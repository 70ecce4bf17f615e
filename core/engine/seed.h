// The seed of an engine's jitter comes from the journal as the run finds it: no two devices share it, and who
// has the rows can repeat the run.
#pragma once

#include <cstdint>

#include "base/sha256.h"

namespace holdfast {

// `head`: hash of the newest row before the run's AgentStarted.
inline uint64_t EngineSeed(const Sha256Digest& head) {
  uint64_t seed = 0;
  for (size_t i = 0; i < sizeof seed; ++i) seed = seed << 8 | head[i];
  return seed;
}

}  // namespace holdfast

// Seeds under which something was once broken, each with what it was.
#pragma once

#include <cstdint>
#include <ostream>

namespace holdfast::simulation {

struct RegressionSeed {
  uint64_t seed;
  int hours;
  int devices;
  const char* was;
};
inline std::ostream& operator<<(std::ostream& out, const RegressionSeed& seed) {
  return out << "seed " << seed.seed;
}

inline constexpr RegressionSeed kRegressionSeeds[] = {
    {3, 12, 2,
     "a Mac told a new observer of a session manager's death from before its first facts: nothing was "
     "learned again"},
    {15, 12, 2, "wakes of one moment overtook each other"},
    {32, 12, 6, "the attempt that is assumed after a crash was forgotten by the next restart"},
};

}  // namespace holdfast::simulation

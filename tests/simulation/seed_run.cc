#include "tests/simulation/seed_run.h"

#include "tests/simulation/world.h"

namespace holdfast::simulation {

SeedResult RunSeed(const SeedOptions& options) {
  World world({.seed = options.seed,
               .devices = options.devices,
               .trouble_every = options.trouble_every,
               .darwin = options.darwin,
               .trace = options.trace});
  world.RunWithTrouble(options.trouble);
  world.HealAndRun(absl::Hours(1));
  world.Check();
  world.CheckRows();
  return {options.seed, world.violations(), world.Digest(), world.AwakeTime(),
          world.rows(), world.steps(),      world.strikes()};
}

}  // namespace holdfast::simulation

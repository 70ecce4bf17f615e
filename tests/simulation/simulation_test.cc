// The product in one thread under seeded faults. A failure names its seed; that seed is its regression test.
#include <gtest/gtest.h>

#include "absl/strings/str_join.h"
#include "tests/simulation/regressions.h"
#include "tests/simulation/seed_run.h"
#include "tests/simulation/world.h"

namespace holdfast::simulation {
namespace {

std::string Said(const std::vector<std::string>& violations) {
  return absl::StrJoin(violations, "\n");
}

TEST(Simulation, InPeaceEveryMacIsProtectedAndEveryRowArrives) {
  World world({.seed = 1});
  world.HealAndRun(absl::Minutes(30));
  const auto devices = world.server().core().ListDevices(world.server().admin(), {});
  ASSERT_TRUE(devices.ok());
  ASSERT_EQ(devices->devices.size(), 2u);
  for (const server::Device& device : devices->devices) {
    EXPECT_EQ(device.reachability, server::Reachability::kOnline);
  }
  world.Check();
  EXPECT_EQ(Said(world.violations()), "");
}

TEST(Simulation, AfterThreeDaysOfflineEverythingArrivesOnce) {
  World world({.seed = 2, .devices = 1});
  world.HealAndRun(absl::Minutes(10));
  world.device(0).SetLink(false);
  for (int i = 0; i < 30; ++i) {
    world.device(0).mac().UserDisconnect(world.device(0).service());
    world.time().RunFor(absl::Hours(72) / 30);
  }
  world.device(0).SetLink(true);
  world.time().RunFor(absl::Hours(1));
  world.Check();
  EXPECT_EQ(Said(world.violations()), "");
}

class SeededTrouble : public ::testing::TestWithParam<uint64_t> {};
TEST_P(SeededTrouble, BreaksNoPromise) {
  const SeedResult result = RunSeed({.seed = GetParam(), .trouble = absl::Hours(12), .devices = 3});
  EXPECT_EQ(Said(result.violations), "")
      << "reproduce: ./dev simulate --first " << GetParam() << " --seeds 1 --hours 12 --devices 3";
}
INSTANTIATE_TEST_SUITE_P(Seeds, SeededTrouble, ::testing::Range(uint64_t{100}, uint64_t{110}));

class Regression : public ::testing::TestWithParam<RegressionSeed> {};
TEST_P(Regression, StaysMended) {
  const RegressionSeed& seed = GetParam();
  const SeedResult result = RunSeed(
      {.seed = seed.seed, .trouble = absl::Hours(seed.hours), .devices = seed.devices, .darwin = false});
  EXPECT_EQ(Said(result.violations), "") << seed.was;
}
INSTANTIATE_TEST_SUITE_P(Found, Regression, ::testing::ValuesIn(kRegressionSeeds));

TEST(Simulation, EqualSeedsGiveEqualTraces) {
  const auto digest = [](uint64_t seed) {
    return RunSeed({.seed = seed, .trouble = absl::Hours(3), .devices = 2}).digest;
  };
  EXPECT_EQ(digest(7), digest(7));
  EXPECT_NE(digest(7), digest(8));
}

TEST(Simulation, BeingReadChangesNothing) {
  std::string trace;
  const SeedResult read =
      RunSeed({.seed = 7, .trouble = absl::Hours(3), .devices = 2, .trace = [&](const std::string& line) {
                 trace += line;
               }});
  EXPECT_EQ(read.digest, RunSeed({.seed = 7, .trouble = absl::Hours(3), .devices = 2}).digest);
  EXPECT_NE(trace.find("**"), std::string::npos);
}

}  // namespace
}  // namespace holdfast::simulation

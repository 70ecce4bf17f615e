// The product in one thread under seeded faults. A failure names its seed; that seed is its regression test.
#include <gtest/gtest.h>

#include "tests/simulation/world.h"

namespace holdfast::simulation {
namespace {

TEST(Simulation, InPeaceEveryMacIsProtectedAndEveryRowArrives) {
  World world({.seed = 1});
  world.HealAndRun(absl::Minutes(30));
  world.Check();
  const auto devices = world.server().core().ListDevices(world.server().admin(), {});
  ASSERT_TRUE(devices.ok());
  ASSERT_EQ(devices->devices.size(), 2u);
  for (const server::Device& device : devices->devices) {
    EXPECT_EQ(device.posture, TimeClass::kProtected);
    EXPECT_EQ(device.reachability, server::Reachability::kOnline);
  }
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
}

class SeededTrouble : public ::testing::TestWithParam<int> {};

TEST_P(SeededTrouble, NothingIsLostDoubledForgedOrForgotten) {
  World world({.seed = static_cast<uint64_t>(GetParam())});
  world.RunWithTrouble(absl::Hours(6));
  world.HealAndRun(absl::Hours(1));
  world.Check();
}
INSTANTIATE_TEST_SUITE_P(Seeds, SeededTrouble, ::testing::Range(100, 120));

TEST(Simulation, EqualSeedsGiveEqualTraces) {
  const auto run = [](uint64_t seed) {
    World world({.seed = seed});
    world.RunWithTrouble(absl::Hours(3));
    world.HealAndRun(absl::Minutes(10));
    world.Check();
    return world.Trace();
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

}  // namespace
}  // namespace holdfast::simulation

// The process, or the machine under it, ends between any two pieces of work. What was acknowledged, answered
// or sent must still be there, and the next process goes on.
#include <map>

#include "tests/agent/daemon/world.h"

namespace holdfast::agent {
namespace {

// What must hold of a journal and of its copy on the server, whenever one looks.
void CheckInvariants(World& world) {
  world.CheckChain();
  const std::vector<journal::Row> rows = world.AllRows();
  std::map<uint64_t, Sha256Digest> here;
  for (const journal::Row& row : rows) here[row.seq] = row.hash;
  // Nothing that the server has was lost or changed here.
  for (const auto& [seq, row] : world.server.rows) {
    ASSERT_EQ(here.count(seq), 1u) << "row " << seq << " was acknowledged and is gone";
    ASSERT_EQ(here[seq], row.hash);
  }
}

void Live(World& world, SplitMix64& random, int steps) {
  for (int i = 0; i < steps; ++i) {
    if (random.Below(40) == 0) world.mac.UserDisconnect(world.corp);
    if (random.Below(200) == 0) world.mac.Roam();
    if (!world.time.RunOne()) break;
  }
}

TEST(AgentCrash, KilledAtAnyStepItGoesOn) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    World world(seed);
    SplitMix64 random{seed};
    for (int life = 0; life < 15; ++life) {
      world.Start();
      Live(world, random, static_cast<int>(random.Below(400)));
      world.Kill();
      world.disk.Restart(sim::Loss::kNothing);
    }
    world.Start();
    world.RunFor(absl::Minutes(20));
    CheckInvariants(world);
    EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
    EXPECT_EQ(world.server.rows.size(), world.journal->head().seq);
    EXPECT_FALSE(world.Opened("chain_fork"));
  }
}

TEST(AgentCrash, APowerFailureAtAnyStepLosesNothingThatWasSent) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    World world(seed);
    SplitMix64 random{seed * 77};
    for (int life = 0; life < 15; ++life) {
      world.Start();
      Live(world, random, static_cast<int>(random.Below(400)));
      world.disk.Halt();
      world.Kill();
      world.disk.Restart(random.Below(2) == 0 ? sim::Loss::kUnsynced : sim::Loss::kSomeUnsynced);
    }
    world.Start();
    world.RunFor(absl::Minutes(20));
    CheckInvariants(world);
    EXPECT_EQ(world.server.rows.size(), world.journal->head().seq);
    EXPECT_FALSE(world.Opened("chain_fork"));
    EXPECT_FALSE(world.Opened("journal_corrupt"));
  }
}

TEST(AgentCrash, AnAnsweredOverrideOutlivesAKill) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(10));
  ASSERT_TRUE(world.Ask(UserRequest::Verb::kOverride, "corp", "presenting to a customer", absl::Minutes(30))
                  .status.ok());
  world.disk.Halt();
  world.Kill();
  world.disk.Restart(sim::Loss::kUnsynced);
  world.Start();
  world.RunFor(absl::Seconds(5));
  ASSERT_EQ(world.agent->Status().engine.services.size(), 1u);
  EXPECT_TRUE(world.agent->Status().engine.services[0].override_until.has_value());
}

TEST(AgentCrash, EqualSeedsGiveEqualRows) {
  const auto run = [](uint64_t seed) {
    World world(seed);
    SplitMix64 random{seed};
    world.Start();
    Live(world, random, 3000);
    std::vector<std::pair<uint16_t, std::string>> rows;
    for (const journal::Row& row : world.AllRows()) rows.emplace_back(row.kind, row.payload);
    return rows;
  };
  EXPECT_EQ(run(3), run(3));
  EXPECT_NE(run(3), run(4));
}

}  // namespace
}  // namespace holdfast::agent

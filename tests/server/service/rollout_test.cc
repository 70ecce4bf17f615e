// Who is handed which version.
#include "server/service/rollout_rate.h"
#include "tests/server/service/rollout_fleet.h"

namespace holdfast::server {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSubsetOf;
using ::testing::SizeIs;

class RolloutShare : public RolloutTest {
 protected:
  std::set<std::string> Expected(int percent) {
    const Sha256Digest id = Now().policy.id;
    std::set<std::string> names;
    for (const auto& mac : macs) {
      if (InShare(mac->device.id, id, percent)) names.insert(mac->device.hardware.hostname);
    }
    return names;
  }
};

TEST_F(RolloutShare, OnlyTheShareGetsANewVersionAndTheOthersKeepTheirs) {
  Put(1);
  Enroll(40);
  Put(2, "percent: 25");
  SyncAll();
  EXPECT_EQ(With(2), Expected(25));
  EXPECT_THAT(With(2), ::testing::Not(IsEmpty()));
  EXPECT_EQ(With(1).size() + With(2).size(), 40u);
  const Rollout rollout = Now();
  EXPECT_EQ(rollout.state.percent, 25);
  EXPECT_EQ(rollout.counts.offered, static_cast<int>(With(2).size()));
  EXPECT_EQ(rollout.counts.applied, rollout.counts.offered);
  EXPECT_EQ(rollout.counts.counted, rollout.counts.offered);
}

TEST_F(RolloutShare, RaisingItOnlyAdds) {
  Put(1);
  Enroll(40);
  Put(2, "percent: 20");
  SyncAll();
  const auto first = With(2);
  std::vector<Uuid> nudged;
  world.core->SetNudge([&](const Uuid& id, absl::Duration) { nudged.push_back(id); });
  ASSERT_TRUE(Set({.percent = 60}).ok());
  EXPECT_THAT(nudged, SizeIs(Expected(60).size())) << "nobody comes for nothing";
  SyncAll();
  EXPECT_EQ(With(2), Expected(60));
  EXPECT_THAT(first, IsSubsetOf(With(2)));
  ASSERT_TRUE(Set({.percent = 100}).ok());
  SyncAll();
  EXPECT_THAT(With(2), SizeIs(40));
}

TEST_F(RolloutShare, LoweringItTakesNothingAway) {
  Put(1);
  Enroll(20);
  Put(2, "percent: 50");
  SyncAll();
  const auto first = With(2);
  ASSERT_TRUE(Set({.percent = 0}).ok());
  SyncAll();
  EXPECT_EQ(With(2), first);
}

TEST_F(RolloutShare, ZeroIsHeldAndANewDeviceBeginsWithWhatIsEverybodys) {
  Put(1);
  Put(2, "percent: 0");
  Enroll(3);
  EXPECT_THAT(With(1), SizeIs(3));
  ASSERT_TRUE(Set({.percent = 100}).ok());
  EXPECT_EQ(
      DecodePolicyBundle(TestDevice(world, "late").Enroll(world.MakeToken())->policy->signed_bytes)->version,
      2u);
}

TEST_F(RolloutShare, WithoutAVersionForEverybodyTheOthersHaveNone) {
  Put(1, "percent: 30");
  Enroll(20);
  SyncAll();
  EXPECT_EQ(With(1), Expected(30));
  EXPECT_EQ(With(0).size(), 20 - With(1).size());
}

TEST_F(RolloutShare, AGroupsFirstVersionInPartLeavesTheRestOnTheDefaults) {
  Put(1);
  Enroll(20, "lab");
  Put(2, "percent: 50", "lab");
  SyncAll();
  EXPECT_EQ(With(1).size() + With(2).size(), 20u);
  EXPECT_THAT(With(1), ::testing::Not(IsEmpty()));
  Put(3);  // of the default group, and newer: a device that took it could never have the group's own
  SyncAll();
  EXPECT_THAT(With(3), IsEmpty());
  ASSERT_TRUE(Set({.group = "lab", .percent = 100}).ok());
  SyncAll();
  EXPECT_THAT(With(2), SizeIs(20));
}

TEST_F(RolloutShare, AnUnfinishedVersionStaysWithThoseWhoHaveItOnly) {
  Put(1);
  Enroll(30);
  Put(2, "percent: 50");
  SyncAll();
  const auto second = With(2);
  Put(3, "percent: 0");
  Enroll(10);
  SyncAll();
  EXPECT_EQ(With(2), second);
  ASSERT_TRUE(Set({.percent = 100}).ok());
  SyncAll();
  EXPECT_THAT(With(3), SizeIs(40));
}

// Its first Sync says whether it still has what it was handed.
TEST_F(RolloutShare, ADeviceThatEnrollsAgainIsNotSentBack) {
  Put(1);
  Enroll(1);
  Put(2);
  SyncAll();
  ASSERT_TRUE(Set({.halt = true}).ok());
  Mac& mac = *macs[0];
  const auto again =
      mac.device.Enroll(world.MakeToken({.allowed_serials = {mac.device.hardware.serial_number}}));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE(again->policy.has_value());
  mac.Sync();
  EXPECT_EQ(mac.version, 2u);
  mac.held.reset();  // wiped
  mac.version = 0;
  mac.Sync();
  EXPECT_EQ(mac.version, 1u) << "halted: it goes to nobody who does not have it";
}

TEST_F(RolloutShare, ShareAndCountsSurviveARestart) {
  Put(1);
  Enroll(30);
  Put(2, "percent: 20");
  ASSERT_TRUE(Set({.percent = 40}).ok());
  SyncAll();
  const auto have = With(2);
  world.Restart(sim::Loss::kUnsynced);
  SyncAll();
  EXPECT_EQ(With(2), have);
  EXPECT_EQ(Now().state.percent, 40);
  EXPECT_EQ(Now().counts.applied, static_cast<int>(have.size()));
}

TEST_F(RolloutShare, ChangesAreAuditedAndSayWhatTheyWere) {
  Put(1, "percent: 10");
  ASSERT_TRUE(Set({.percent = 30}).ok());
  const auto entry = world.Audit().front();
  EXPECT_EQ(entry.actor, "ada");
  EXPECT_EQ(entry.action, "SetRollout");
  EXPECT_EQ(entry.target, "policy:(default group)");
  EXPECT_EQ(entry.before, "version 1; 10 %");
  EXPECT_EQ(entry.after, "version 1; 30 %");
}

TEST_F(RolloutShare, RefusesWhatCannotBeMeant) {
  EXPECT_TRUE(absl::IsNotFound(world.core->GetRollout(kAdmin, "").status()));
  Put(1);
  EXPECT_TRUE(absl::IsInvalidArgument(Set({})));
  EXPECT_TRUE(absl::IsInvalidArgument(Set({.percent = 10, .halt = true})));
  EXPECT_TRUE(absl::IsInvalidArgument(Set({.percent = 101})));
  EXPECT_TRUE(absl::IsInvalidArgument(Set({.percent = -1})));
  EXPECT_TRUE(absl::IsFailedPrecondition(Set({.resume = true})));
  const absl::Status other = Set({.group = "lab", .percent = 1});
  EXPECT_TRUE(absl::IsNotFound(other));
  EXPECT_THAT(std::string(other.message()), HasSubstr("policy:lab has no policy of its own"));
  EXPECT_EQ(Now("lab").policy.group, "") << "what devices of the group have";
}

// The older version's heartbeat is slower: who is late by the newer one is not silent.
TEST_F(RolloutShare, SilenceIsJudgedByTheVersionsThatDevicesMayHave) {
  const auto put =
      world.core->PutPolicy(kAdmin, {.document = "policyVersion: 1\nreporting: {heartbeatInterval: 30m}\n"});
  ASSERT_TRUE(put.ok());
  Enroll(1);
  Put(2, "percent: 0");
  macs[0]->dead = true;
  Pass(absl::Minutes(20));
  EXPECT_EQ(world.core->GetDevice(kAdmin, "mac-0")->posture, TimeClass::kProtected);
  EXPECT_EQ(world.core->GetDevice(kAdmin, "mac-0")->reachability, Reachability::kOnline);
}

}  // namespace
}  // namespace holdfast::server

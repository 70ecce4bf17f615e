// The server is killed, or its machine loses power, at every write and sync of a batch: what was acknowledged
// is there, what was not is there wholly or not at all, and sending again ends well.
#include "base/error.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

class CrashDuringIngest : public ::testing::TestWithParam<sim::Loss> {};

// How many rows the server has, as a device learns it.
uint64_t StoredThrough(TestDevice& device) {
  const auto answer = device.Sync(device.Request(device.rows.size() + 1));
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() ? answer->acked_through : 0;
}

void RunOnce(sim::Loss loss, sim::Op op, uint64_t nth, bool* reached) {
  World world;
  TestDevice device(world, "alpha");
  device.EnrollNow();
  for (int i = 0; i < 5; ++i) device.WriteVerdict(TimeClass::kProtected);
  ASSERT_EQ(device.SyncNow()->acked_through, 5u);
  device.WriteVerdict(TimeClass::kViolation, "user");
  device.Write(IncidentOpened{.name = "stuck_connecting", .severity = "warning", .key = "corp"});
  device.WriteVerdict(TimeClass::kProtected);
  world.disk.HaltAt(op, nth);
  const auto answer = device.Sync(device.Request(6));
  *reached = world.disk.halted();
  world.Restart(loss);
  const uint64_t stored = StoredThrough(device);
  if (answer.ok()) {
    ASSERT_EQ(stored, 8u) << "acknowledged and lost";
  } else {
    ASSERT_EQ(ReasonOf(answer.status()), ErrorReason::kNone) << answer.status();
    ASSERT_TRUE(stored == 5 || stored == 8) << "half of a batch: " << stored;
  }
  // Rows and what is derived from them are one.
  ASSERT_EQ(world.IncidentsOf(device.id, "stuck_connecting").size(), stored == 8 ? 1u : 0u);
  device.acked = stored;
  ASSERT_EQ(device.SyncNow()->acked_through, 8u);
  ASSERT_EQ(world.IncidentsOf(device.id, "stuck_connecting").size(), 1u);
  ASSERT_TRUE(world.IncidentsOf(device.id, "chain_fork").empty());
}

TEST_P(CrashDuringIngest, LosesNothingAcknowledgedAndTakesNothingByHalves) {
  for (const sim::Op op : {sim::Op::kWrite, sim::Op::kSync}) {
    bool reached = true;
    for (uint64_t nth = 1; reached && nth < 200; ++nth) {
      RunOnce(GetParam(), op, nth, &reached);
      if (HasFatalFailure()) FAIL() << "op " << static_cast<int>(op) << " number " << nth;
    }
    EXPECT_FALSE(reached) << "more calls than expected: raise the bound";
  }
}

INSTANTIATE_TEST_SUITE_P(Losses, CrashDuringIngest,
                         ::testing::Values(sim::Loss::kNothing, sim::Loss::kUnsynced,
                                           sim::Loss::kSomeUnsynced));

TEST(FullDisk, RefusesForNowAndGoesOnWhenThereIsRoom) {
  World world;
  TestDevice device(world, "alpha");
  device.EnrollNow();
  for (int i = 0; i < 400; ++i) device.Write(SessionManagerRestarted{std::string(1000, 'x')});
  world.disk.SetCapacity(world.disk.used() + 20000);
  const auto answer = device.SyncNow();
  EXPECT_TRUE(absl::IsUnavailable(answer.status())) << answer.status();
  world.disk.SetCapacity(std::nullopt);
  EXPECT_EQ(device.SyncNow()->acked_through, 400u);
}

TEST(FailedCommit, MemoryGoesBackToWhatIsStored) {
  World world;
  TestDevice device(world, "alpha");
  device.EnrollNow();
  device.WriteVerdict(TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  device.WriteVerdict(TimeClass::kViolation, "user");
  world.disk.FailAt(sim::Op::kSync, 1);
  EXPECT_TRUE(absl::IsUnavailable(device.Sync(device.Request(2)).status()));
  world.disk.ClearFaults();
  EXPECT_EQ(StoredThrough(device), 1u);
  EXPECT_EQ(device.SyncNow()->acked_through, 2u);
}

}  // namespace
}  // namespace holdfast::server

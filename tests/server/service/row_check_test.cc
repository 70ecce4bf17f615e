// Damage below what a start looks at is found by itself, told once, and seen on the device.
#include "base/error.h"
#include "storage/sqlite/database.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class RowCheck : public ::testing::Test {
 protected:
  RowCheck() {
    for (TestDevice* d : {&first, &damaged, &last}) {
      d->EnrollNow();
      for (int i = 0; i < 10; ++i)
        d->WriteVerdict(i % 2 == 0 ? TimeClass::kProtected : TimeClass::kViolation);
      EXPECT_TRUE(d->SyncNow().ok());
    }
  }
  void Hurt(const std::string& sql) {
    auto db = sqlite::Database::Open({.path = "fleet.db", .vfs = world.disk.name()});
    ASSERT_TRUE(db.ok()) << db.status();
    ASSERT_TRUE((*db)->Execute(sql).ok());
  }
  // Until a round is through; what was told.
  std::vector<std::string> Round() {
    std::vector<std::string> told;
    for (int i = 0; i < 5; ++i) {
      if (const absl::Status status = world.core->Tick(); !status.ok()) {
        EXPECT_TRUE(absl::IsDataLoss(status)) << status;
        told.emplace_back(status.message());
      }
    }
    return told;
  }

  World world;
  TestDevice first{world, "alpha"}, damaged{world, "beta"}, last{world, "gamma"};
};

TEST_F(RowCheck, IntactRowsAreNoNews) {
  EXPECT_THAT(Round(), SizeIs(0));
  damaged.WriteVerdict(TimeClass::kExcused);
  ASSERT_TRUE(damaged.SyncNow().ok());
  world.clock.Advance(absl::Hours(25));
  Round();
  for (const TestDevice* d : {&first, &damaged, &last}) {
    EXPECT_THAT(world.IncidentsOf(d->id, "chain_break"), SizeIs(0));
  }
}

TEST_F(RowCheck, AChangedRowIsToldOnceAndMarksItsDevice) {
  Hurt("UPDATE rows SET mono = mono + 1 WHERE device = 2 AND seq IN (4, 7)");
  const auto told = Round();
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(told[0], HasSubstr(damaged.id.ToString()));
  EXPECT_THAT(told[0], HasSubstr("row 4"));
  EXPECT_THAT(told[0], HasSubstr("backup"));
  EXPECT_THAT(world.IncidentsOf(damaged.id, "chain_break"), SizeIs(1));
  EXPECT_THAT(world.IncidentsOf(first.id, "chain_break"), SizeIs(0));
  EXPECT_THAT(world.IncidentsOf(last.id, "chain_break"), SizeIs(0));
}

TEST_F(RowCheck, TheNextRoundIsADayLater) {
  EXPECT_THAT(Round(), SizeIs(0));
  Hurt("UPDATE rows SET mono = mono + 1 WHERE device = 2 AND seq = 4");
  EXPECT_THAT(Round(), SizeIs(0));
  world.clock.Advance(absl::Hours(24));
  EXPECT_THAT(Round(), SizeIs(1));
}

TEST_F(RowCheck, ALostEndIsDamage) {
  Hurt("DELETE FROM rows WHERE device = 3 AND seq > 8");
  const auto told = Round();
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_THAT(told[0], HasSubstr("end at 8 and the head says 10"));
  EXPECT_THAT(world.IncidentsOf(last.id, "chain_break"), SizeIs(1));
}

// A flipped bit in a number that a table is indexed with, or that opens something.
TEST_F(RowCheck, NumbersThatMeanNothingAreNothingGood) {
  Hurt("UPDATE timeline SET class = 200; UPDATE verdicts SET class = -1; UPDATE devices SET posture = 77");
  Hurt("UPDATE certificates SET state = 7 WHERE device = 1");
  world.Restart(sim::Loss::kNothing);
  first.Advance(absl::Hours(1));
  const auto now = ServerTime{world.clock.now.wall.ns};
  const auto made = world.core->GetComplianceReport(kAdmin, {now - absl::Hours(2), now, "", ""});
  ASSERT_TRUE(made.ok()) << made.status();
  for (const ServiceCompliance& service : made->report.services) {
    EXPECT_EQ(service.totals[static_cast<size_t>(TimeClass::kProtected)], 0);
  }
  EXPECT_EQ(world.core->GetDevice(kAdmin, last.id.ToString())->services[0].time_class, TimeClass::kUnknown);
  EXPECT_EQ(ReasonOf(first.SyncNow().status()), ErrorReason::kReenrollRequired);
  EXPECT_TRUE(last.SyncNow().ok());
}

TEST_F(RowCheck, AHoleThatWasAcceptedIsNone) {
  for (int i = 0; i < 5; ++i) damaged.WriteVerdict(TimeClass::kExcused, std::to_string(i));
  auto request = damaged.Request(14);
  request.quarantined = {{11, 13, "not taken"}};
  ASSERT_EQ(damaged.Sync(request)->acked_through, 15u);
  EXPECT_THAT(Round(), SizeIs(0));
}

}  // namespace
}  // namespace holdfast::server

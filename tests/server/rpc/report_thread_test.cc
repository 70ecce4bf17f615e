// Reports beside the core: from a second connection, while the core goes on.
#include "server/rpc/report_thread.h"

#include <gtest/gtest.h>

#include <future>

#include "absl/strings/str_cat.h"
#include "storage/fleet/sqlite/sqlite_store.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::server {
namespace {

class ReportThreadTest : public ::testing::Test {
 protected:
  ReportThreadTest() {
    store_ = *fleet::SqliteFleetStore::Open({.path = path_});
    for (int i = 0; i < 3; ++i) {
      fleet::DeviceRecord device;
      device.id = Uuid::FromName(absl::StrCat("mac-", i));
      EXPECT_TRUE(store_->AddDevice(device).ok());
    }
    reports_.Start();
  }
  ~ReportThreadTest() override { reports_.Stop(); }

  absl::StatusOr<MadeReport> Make() {
    std::promise<absl::StatusOr<MadeReport>> made;
    reports_.Make(Job(), [&](absl::StatusOr<MadeReport> report) { made.set_value(std::move(report)); });
    return made.get_future().get();
  }
  static ReportJob Job() {
    ReportJob job;
    job.report.to.ns = int64_t{86'400} * 1'000'000'000;
    return job;
  }

  SystemClock clock_;
  const TempFolder folder_;
  const std::string path_ = folder_.File("fleet.db");
  std::unique_ptr<fleet::SqliteFleetStore> store_;
  ReportThread reports_{[this] { return fleet::SqliteFleetStore::OpenReader(path_); }, clock_};
};

TEST_F(ReportThreadTest, SeesWhatWasCommittedAndNotWhatIsUnderWay) {
  EXPECT_EQ(Make()->report.devices, 3);
  ASSERT_TRUE(store_->Begin().ok());
  fleet::DeviceRecord device;
  device.id = Uuid::FromName("under way");
  ASSERT_TRUE(store_->AddDevice(device).ok());
  const auto beside = Make();  // waits for nobody
  ASSERT_TRUE(beside.ok()) << beside.status();
  EXPECT_EQ(beside->report.devices, 3);
  ASSERT_TRUE(store_->Commit().ok());
  EXPECT_EQ(Make()->report.devices, 4);
}

TEST_F(ReportThreadTest, ReadsForOthersFromTheSameSecondConnection) {
  std::promise<absl::StatusOr<int>> counted;
  reports_.Read([&](absl::StatusOr<fleet::FleetStore*> store) {
    counted.set_value(store.ok() ? (*store)->CountDevices({}) : store.status());
  });
  const auto count = counted.get_future().get();
  ASSERT_TRUE(count.ok()) << count.status();
  EXPECT_EQ(*count, 3);
}

TEST_F(ReportThreadTest, RefusesMoreThanItCanHoldAndLosesNone) {
  std::promise<void> go;
  reports_.Post([held = go.get_future().share()] { held.wait(); });
  std::atomic<int> made{0};
  absl::Status refused;
  for (int i = 0; i < ReportThread::kMostWaiting; ++i) {
    reports_.Make(Job(), [&](absl::StatusOr<MadeReport> report) { made += report.ok() ? 1 : 0; });
  }
  reports_.Make(Job(), [&](absl::StatusOr<MadeReport> report) { refused = report.status(); });
  EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
  go.set_value();
  reports_.Stop();
  EXPECT_EQ(made, ReportThread::kMostWaiting);
}

TEST_F(ReportThreadTest, AReaderWritesNothing) {
  const auto reader = fleet::SqliteFleetStore::OpenReader(path_);
  ASSERT_TRUE(reader.ok());
  fleet::DeviceRecord device;
  device.id = Uuid::FromName("x");
  EXPECT_FALSE((*reader)->AddDevice(device).ok());
  EXPECT_FALSE(fleet::SqliteFleetStore::OpenReader(path_ + "-none").ok());
}

}  // namespace
}  // namespace holdfast::server

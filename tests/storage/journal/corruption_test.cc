// Damage on a real disk: found, set aside, reported, never deleted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "storage/sqlite/database.h"
#include "tests/storage/journal/fixture.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::journal {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class CorruptionTest : public ::testing::Test {
 protected:
  // A closed journal of `rows` rows and what its head was.
  Head Write(int rows) {
    auto journal = world_.Open(path_);
    world_.Fill(*journal, rows);
    EXPECT_TRUE(journal->SetMeta("device_id", "D").ok());
    const Head head = journal->head();
    EXPECT_TRUE(journal->Close().ok());
    return head;
  }
  void Sql(const std::string& sql) {
    auto db = sqlite::Database::Open({.path = path_}).value();
    const absl::Status status = db->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
  }
  void Overwrite(uint64_t offset, const std::string& bytes) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file << bytes;
  }
  // Opens and expects a new epoch after a set-aside.
  OpenReport OpenDamaged() {
    OpenReport report;
    auto journal = world_.Open(path_, &report);
    EXPECT_FALSE(report.set_aside.empty());
    EXPECT_FALSE(report.corruption.empty());
    EXPECT_TRUE(std::filesystem::exists(report.set_aside));
    EXPECT_EQ(journal->head().seq, 1u);
    EXPECT_THAT(AllRows(*journal)[0].payload, StartsWith("began set_aside: "));
    return report;
  }

  TempFolder folder_;
  World world_;
  std::string path_ = folder_.File("journal.db");
};

TEST_F(CorruptionTest, AFileThatIsNoDatabaseIsSetAside) {
  std::ofstream(path_) << std::string(10000, 'x');
  const OpenReport report = OpenDamaged();
  EXPECT_EQ(report.set_aside, path_ + ".corrupt-20261121T000000Z-unknown");
  EXPECT_EQ(std::filesystem::file_size(report.set_aside), 10000u);
}

TEST_F(CorruptionTest, AnotherProgramsDatabaseIsSetAside) {
  Sql("CREATE TABLE t(i)");
  EXPECT_THAT(OpenDamaged().corruption, HasSubstr("not a Holdfast journal"));
}

TEST_F(CorruptionTest, TwoInOneSecondGetTwoNames) {
  std::ofstream(path_) << std::string(10000, 'x');
  const std::string first = OpenDamaged().set_aside;
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  std::ofstream(path_) << std::string(10000, 'y');
  EXPECT_EQ(OpenDamaged().set_aside, first + "-2");
}

TEST_F(CorruptionTest, AnOverwrittenPageIsSetAsideWithEpochAndMetaSaved) {
  const Head head = Write(200);
  // The newest rows lie on the last pages of the table.
  auto db = sqlite::Database::Open({.path = path_}).value();
  const int64_t page =
      db->QueryInt("SELECT max(pageno) FROM (SELECT rootpage AS pageno FROM sqlite_schema)").value();
  db.reset();
  ASSERT_GT(page, 0);
  const uint64_t size = std::filesystem::file_size(path_);
  for (uint64_t offset = 12 * 4096; offset + 4096 <= size; offset += 4096)
    Overwrite(offset, std::string(4096, 'z'));
  const OpenReport report = OpenDamaged();
  EXPECT_THAT(report.set_aside, HasSubstr(EpochToString(head.epoch)));
  EXPECT_EQ(report.previous_epoch, head.epoch);
  EXPECT_EQ(world_.Open(path_)->GetMeta("device_id").value(), "D");
}

TEST_F(CorruptionTest, ATruncatedFileIsSetAside) {
  Write(200);
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) / 2);
  OpenDamaged();
}

TEST_F(CorruptionTest, AHeadThatIsNotTheNewestRowsIsSetAside) {
  Write(10);
  Sql("DELETE FROM rows WHERE seq = 11");
  EXPECT_THAT(OpenDamaged().corruption, HasSubstr("ends at row 10 and its head says 11"));
}

TEST_F(CorruptionTest, TheWriteAheadLogGoesWithTheDamagedFile) {
  {
    World other(9);
    auto journal = other.Open(folder_.File("live.db"));
    other.Fill(*journal, 10);
    auto intruder = sqlite::Database::Open({.path = folder_.File("live.db")}).value();
    ASSERT_TRUE(intruder->Execute("UPDATE rows SET subject = 'x' WHERE seq = 5").ok());
    for (const char* suffix : {"", "-wal"}) {
      std::filesystem::copy_file(folder_.File("live.db") + suffix, path_ + suffix);
    }
  }
  const auto wal_size = std::filesystem::file_size(path_ + "-wal");
  ASSERT_GT(wal_size, 0u);
  const OpenReport report = OpenDamaged();
  EXPECT_EQ(std::filesystem::file_size(report.set_aside + "-wal"), wal_size);
}

TEST_F(CorruptionTest, AHeadOfAnotherHashIsSetAside) {
  Write(10);
  Sql("UPDATE head SET hash = zeroblob(32)");
  EXPECT_THAT(OpenDamaged().corruption, HasSubstr("not the head's"));
}

TEST_F(CorruptionTest, AChangeOfAnyColumnOfARecentRowIsFoundAtOpening) {
  for (const char* change :
       {"boot = zeroblob(16)", "boot = zeroblob(3)", "mono = mono + 1", "wall = wall - 1", "kind = 21",
        "kind = kind + 65536", "payload_version = 2", "subject = 'other'", "payload = payload || 'x'",
        "hash = zeroblob(32)", "hash = zeroblob(31)", "wall = wall || 'x'"}) {
    std::filesystem::remove(path_);
    Write(10);
    Sql(absl::StrCat("UPDATE rows SET ", change, " WHERE seq = 5"));
    OpenReport report;
    auto journal = world_.Open(path_, &report);
    EXPECT_FALSE(report.set_aside.empty()) << change;
    EXPECT_THAT(report.corruption, HasSubstr("row 5")) << change;
  }
}

TEST_F(CorruptionTest, AnOldRowsChangeIsFoundBySlicesNotByOpening) {
  Write(1000);
  Sql("UPDATE rows SET subject = 'other' WHERE seq = 7");
  OpenReport report;
  auto journal = world_.Open(path_, &report);
  EXPECT_TRUE(report.set_aside.empty());
  const absl::Status status = VerifyAll(*journal);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("row 7"));
}

TEST_F(CorruptionTest, AMissingOldRowIsFoundBySlices) {
  Write(1000);
  Sql("DELETE FROM rows WHERE seq = 7");
  auto journal = world_.Open(path_);
  EXPECT_THAT(std::string(VerifyAll(*journal).message()), HasSubstr("row 8: the row before it is missing"));
}

TEST_F(CorruptionTest, AnIndexThatLacksARowIsFoundBySlices) {
  Write(400);
  // An index built without row 7, whose definition then claims to have all.
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db,
                         "DROP INDEX rows_by_kind; CREATE INDEX rows_by_kind ON rows(kind) WHERE seq <> 7;"
                         "PRAGMA writable_schema=ON; UPDATE sqlite_schema"
                         " SET sql = 'CREATE INDEX rows_by_kind ON rows(kind)' WHERE name = 'rows_by_kind'",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(db);
  auto journal = world_.Open(path_);
  EXPECT_THAT(std::string(VerifyAll(*journal).message()), HasSubstr("row 7: an index lacks it"));
}

TEST_F(CorruptionTest, AWalWithoutItsDatabaseIsKept) {
  std::ofstream(path_ + "-wal") << "left over";
  auto journal = world_.Open(path_);
  EXPECT_TRUE(std::filesystem::exists(path_ + ".corrupt-20261121T000000Z-leftover-wal"));
}

}  // namespace
}  // namespace holdfast::journal

#include "sim/vfs/memory_vfs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/transaction.h"

namespace holdfast::sim {
namespace {

using sqlite::Database;
using ::testing::ElementsAre;

class FixedClock final : public Clock {
 public:
  Stamp Now() const override { return {.wall = {int64_t{1'795'219'200} * 1'000'000'000}}; }
};

class MemoryVfsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> Open() {
    auto db = Database::Open({.path = "a.db", .vfs = disk_.name()});
    EXPECT_TRUE(db.ok()) << db.status();
    return db.ok() ? *std::move(db) : nullptr;
  }
  std::unique_ptr<Database> OpenWithTable() {
    auto db = Open();
    EXPECT_TRUE(db->Execute("CREATE TABLE t(i)").ok());
    return db;
  }
  static int64_t Rows(Database& db) { return db.QueryInt("SELECT count(*) FROM t").value_or(-1); }
  // A process that dies: nothing of it is written any more.
  void Kill(std::unique_ptr<Database>& db, Loss loss) {
    disk_.Halt();
    db.reset();
    disk_.Restart(loss);
  }

  MemoryVfs disk_;
};

TEST_F(MemoryVfsTest, RunsTheSettingsOfProduction) {
  auto db = Open();
  EXPECT_EQ(db->QueryText("PRAGMA journal_mode").value(), "wal");
  EXPECT_EQ(db->QueryInt("PRAGMA synchronous").value(), 2);
}

TEST_F(MemoryVfsTest, KeepsADatabaseAcrossConnections) {
  {
    auto db = OpenWithTable();
    ASSERT_TRUE(db->Execute("INSERT INTO t VALUES (1)").ok());
  }
  auto db = Open();
  EXPECT_EQ(Rows(*db), 1);
  EXPECT_EQ(db->QueryText("PRAGMA integrity_check").value(), "ok");
}

TEST_F(MemoryVfsTest, ConnectionsSeeEachOtherAndExcludeEachOther) {
  auto a = OpenWithTable();
  auto b =
      Database::Open({.path = "a.db", .vfs = disk_.name(), .busy_timeout = absl::ZeroDuration()}).value();
  auto transaction = sqlite::Transaction::Begin(*a).value();
  ASSERT_TRUE(a->Execute("INSERT INTO t VALUES (1)").ok());
  EXPECT_EQ(Rows(*b), 0);
  EXPECT_EQ(b->Execute("INSERT INTO t VALUES (2)").code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(transaction.Commit().ok());
  EXPECT_EQ(Rows(*b), 1);
  EXPECT_TRUE(b->Execute("INSERT INTO t VALUES (2)").ok());
  EXPECT_EQ(Rows(*a), 2);
}

TEST_F(MemoryVfsTest, AReaderInATransactionHoldsUpACheckpoint) {
  auto writer = OpenWithTable();
  auto reader = Open();
  ASSERT_TRUE(reader->Execute("BEGIN; SELECT * FROM t").ok());
  ASSERT_TRUE(writer->Execute("PRAGMA busy_timeout=0; INSERT INTO t VALUES (1)").ok());
  EXPECT_EQ(writer->CheckpointTruncate().code(), absl::StatusCode::kUnavailable);
  ASSERT_TRUE(reader->Execute("COMMIT").ok());
  EXPECT_TRUE(writer->CheckpointTruncate().ok());
}

TEST_F(MemoryVfsTest, TwoOfThemShareNothing) {
  MemoryVfs other;
  EXPECT_STRNE(disk_.name(), other.name());
  OpenWithTable();
  EXPECT_THAT(other.List(), ElementsAre());
}

TEST_F(MemoryVfsTest, TheCommandedWriteFailsAndNoOther) {
  auto db = OpenWithTable();
  disk_.FailAt(Op::kWrite, 1);
  EXPECT_EQ(db->Execute("INSERT INTO t VALUES (1)").code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(db->Execute("INSERT INTO t VALUES (2)").ok());
  EXPECT_EQ(Rows(*db), 1);
}

TEST_F(MemoryVfsTest, TheCommandedSyncFails) {
  auto db = OpenWithTable();
  disk_.FailAt(Op::kSync, 2);
  EXPECT_TRUE(db->Execute("INSERT INTO t VALUES (1)").ok());
  EXPECT_EQ(db->Execute("INSERT INTO t VALUES (2)").code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Rows(*db), 1);
}

TEST_F(MemoryVfsTest, FaultsCanBeForgotten) {
  auto db = OpenWithTable();
  disk_.FailAt(Op::kSync, 1);
  disk_.ClearFaults();
  EXPECT_TRUE(db->Execute("INSERT INTO t VALUES (1)").ok());
}

TEST_F(MemoryVfsTest, AFullDiskIsFullUntilThereIsRoom) {
  auto db = OpenWithTable();
  disk_.SetCapacity(disk_.used() + 10'000);
  EXPECT_EQ(db->Execute("INSERT INTO t VALUES (zeroblob(50000))").code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Rows(*db), 0);
  disk_.SetCapacity(std::nullopt);
  EXPECT_TRUE(db->Execute("INSERT INTO t VALUES (zeroblob(50000))").ok());
}

TEST_F(MemoryVfsTest, UsedIsTheSumOfTheFiles) {
  auto db = OpenWithTable();
  ASSERT_TRUE(db->Execute("INSERT INTO t VALUES (zeroblob(50000))").ok());
  ASSERT_TRUE(db->CheckpointTruncate().ok());
  const auto sum = [&] {
    uint64_t bytes = 0;
    for (const std::string& path : disk_.List()) bytes += disk_.Contents(path)->size();
    return bytes;
  };
  EXPECT_EQ(disk_.used(), sum());
  db.reset();
  EXPECT_EQ(disk_.used(), sum());
  EXPECT_THAT(disk_.List(), ElementsAre("a.db"));
}

TEST_F(MemoryVfsTest, AKilledProcessLosesNothingThatItWrote) {
  auto db = OpenWithTable();
  ASSERT_TRUE(db->Execute("PRAGMA synchronous=OFF; INSERT INTO t VALUES (1)").ok());
  Kill(db, Loss::kNothing);
  EXPECT_EQ(Rows(*Open()), 1);
}

TEST_F(MemoryVfsTest, APowerFailureTakesWhatWasNotSynced) {
  auto db = OpenWithTable();
  ASSERT_TRUE(db->Execute("INSERT INTO t VALUES (1)").ok());
  ASSERT_TRUE(db->Execute("PRAGMA synchronous=OFF; INSERT INTO t VALUES (2)").ok());
  EXPECT_EQ(Rows(*db), 2);
  Kill(db, Loss::kUnsynced);
  EXPECT_EQ(Rows(*Open()), 1);
}

TEST_F(MemoryVfsTest, AFileThatWasNeverSyncedIsGone) {
  auto db = Database::Open({.path = "b.db", .vfs = disk_.name()}).value();
  ASSERT_TRUE(db->Execute("PRAGMA synchronous=OFF; CREATE TABLE t(i)").ok());
  Kill(db, Loss::kUnsynced);
  EXPECT_FALSE(disk_.Contents("b.db-wal").has_value());
}

// Without this the torn mode would be no harder than the plain one.
TEST_F(MemoryVfsTest, ATornPowerFailureLeavesPartsOfUnsyncedWrites) {
  int parts = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    MemoryVfs disk({.seed = seed});
    auto db = Database::Open({.path = "a.db", .vfs = disk.name()}).value();
    ASSERT_TRUE(db->Execute("CREATE TABLE t(i); PRAGMA synchronous=OFF").ok());
    const size_t synced = disk.Contents("a.db-wal")->size();
    for (int i = 0; i < 8; ++i) ASSERT_TRUE(db->Execute("INSERT INTO t VALUES (zeroblob(3000))").ok());
    const size_t written = disk.Contents("a.db-wal")->size();
    disk.Halt();
    db.reset();
    disk.Restart(Loss::kSomeUnsynced);
    const size_t left = disk.Contents("a.db-wal")->size();
    EXPECT_GE(left, synced);
    parts += left > synced && left < written ? 1 : 0;
    auto again = Database::Open({.path = "a.db", .vfs = disk.name()}).value();
    EXPECT_EQ(again->QueryText("PRAGMA integrity_check").value(), "ok");
  }
  EXPECT_GT(parts, 0);
}

TEST_F(MemoryVfsTest, HaltStopsEverythingUntilRestart) {
  auto db = OpenWithTable();
  disk_.HaltAt(Op::kSync, 1);
  EXPECT_FALSE(db->Execute("INSERT INTO t VALUES (1)").ok());
  EXPECT_TRUE(disk_.halted());
  EXPECT_FALSE(db->Execute("INSERT INTO t VALUES (2)").ok());
  EXPECT_FALSE(Database::Open({.path = "a.db", .vfs = disk_.name()}).ok());
  EXPECT_FALSE(disk_.files().Rename("a.db", "b.db").ok());
  db.reset();
  disk_.Restart(Loss::kUnsynced);
  EXPECT_EQ(Rows(*Open()), 0);
}

TEST_F(MemoryVfsTest, AConnectionOfTheDeadMachineCannotWrite) {
  auto dead = OpenWithTable();
  disk_.Restart(Loss::kNothing);
  EXPECT_FALSE(dead->Execute("INSERT INTO t VALUES (1)").ok());
  auto db = Open();
  EXPECT_TRUE(db->Execute("INSERT INTO t VALUES (2)").ok());
  dead.reset();
  EXPECT_TRUE(db->Execute("INSERT INTO t VALUES (3)").ok());
  EXPECT_EQ(Rows(*db), 2);
}

TEST_F(MemoryVfsTest, DamageIsNoticed) {
  {
    OpenWithTable();
  }
  std::string bytes = *disk_.Contents("a.db");
  bytes.replace(0, 16, "not a database!!");
  disk_.SetContents("a.db", bytes);
  EXPECT_EQ(Database::Open({.path = "a.db", .vfs = disk_.name()}).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(MemoryVfsTest, LocksExcludeAndEndWithTheMachine) {
  auto lock = disk_.files().Lock("a.lock");
  ASSERT_TRUE(lock.ok());
  EXPECT_EQ(disk_.files().Lock("a.lock").status().code(), absl::StatusCode::kFailedPrecondition);
  disk_.Restart(Loss::kUnsynced);
  auto next = disk_.files().Lock("a.lock");
  EXPECT_TRUE(next.ok());
  lock->reset();  // of the dead machine: it must not release the new one
  EXPECT_FALSE(disk_.files().Lock("a.lock").ok());
}

TEST_F(MemoryVfsTest, RenameMovesTheBytesAndNeverOverwrites) {
  {
    OpenWithTable();
  }
  disk_.SetContents("c.db", "c");
  EXPECT_EQ(disk_.files().Rename("a.db", "c.db").code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(disk_.files().Rename("x.db", "y.db").code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(disk_.files().Rename("a.db", "b.db").ok());
  auto db = Database::Open({.path = "b.db", .vfs = disk_.name()}).value();
  EXPECT_EQ(Rows(*db), 0);
}

TEST_F(MemoryVfsTest, TheClockIsTheOneGiven) {
  FixedClock clock;
  MemoryVfs disk({.clock = &clock});
  auto db = Database::Open({.path = "a.db", .vfs = disk.name()}).value();
  EXPECT_EQ(db->QueryText("SELECT datetime('now')").value(), "2026-11-21 00:00:00");
}

TEST_F(MemoryVfsTest, EqualSeedsGiveEqualBytes) {
  const auto run = [](uint64_t seed) {
    MemoryVfs disk({.seed = seed});
    auto db = Database::Open({.path = "a.db", .vfs = disk.name()}).value();
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(
          db->Execute(absl::StrCat("CREATE TABLE t", i, "(x); INSERT INTO t", i, " VALUES (random())")).ok());
    }
    disk.Halt();
    db.reset();
    disk.Restart(Loss::kSomeUnsynced);
    std::string all;
    for (const std::string& path : disk.List()) absl::StrAppend(&all, path, *disk.Contents(path));
    return all;
  };
  EXPECT_EQ(run(3), run(3));
  EXPECT_NE(run(3), run(4));
}

}  // namespace
}  // namespace holdfast::sim

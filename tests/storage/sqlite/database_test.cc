#include "storage/sqlite/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <fstream>
#include <limits>

#include "absl/strings/match.h"
#include "storage/sqlite/status.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::sqlite {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::unique_ptr<Database> OpenAt(const std::string& path) {
  auto db = Database::Open({.path = path});
  EXPECT_TRUE(db.ok()) << db.status();
  return db.ok() ? *std::move(db) : nullptr;
}

TEST(Database, RunsWithTheDurableSettings) {
  TempFolder folder;
  auto db = OpenAt(folder.File("a.db"));
  EXPECT_EQ(db->QueryText("PRAGMA journal_mode").value(), "wal");
  EXPECT_EQ(db->QueryInt("PRAGMA synchronous").value(), 2);  // FULL
  EXPECT_EQ(db->QueryInt("PRAGMA foreign_keys").value(), 1);
  EXPECT_EQ(db->QueryInt("PRAGMA busy_timeout").value(), 5000);
}

TEST(Database, StoresAndReturnsEveryType) {
  TempFolder folder;
  auto db = OpenAt(folder.File("a.db"));
  ASSERT_TRUE(db->Execute("CREATE TABLE t(i, u, r, s, b, n)").ok());
  const std::string bytes("\0x\xff", 3);
  {
    auto insert = db->Prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)");
    ASSERT_TRUE(insert.ok()) << insert.status();
    insert->BindAll(-5, std::numeric_limits<uint64_t>::max(), 0.25, "text", Blob{bytes}, std::nullopt);
    ASSERT_TRUE(insert->Run().ok());
  }
  auto select = db->Prepare("SELECT * FROM t");
  ASSERT_TRUE(select.ok());
  ASSERT_TRUE(select->Step().value());
  EXPECT_EQ(select->Int(0), -5);
  EXPECT_EQ(select->U64(1), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(select->Real(2), 0.25);
  EXPECT_EQ(select->Text(3), "text");
  EXPECT_EQ(select->Bytes(4), bytes);
  EXPECT_TRUE(select->IsNull(5));
  EXPECT_FALSE(select->Step().value());
}

TEST(Database, AnEmptyValueIsNotNull) {
  auto db = OpenAt(":memory:");
  auto select = db->Prepare("SELECT ?, ?, ?");
  ASSERT_TRUE(select.ok());
  select->BindAll(absl::string_view(), Blob{absl::string_view()}, std::optional<int>());
  ASSERT_TRUE(select->Step().value());
  EXPECT_FALSE(select->IsNull(0));
  EXPECT_FALSE(select->IsNull(1));
  EXPECT_TRUE(select->IsNull(2));
}

TEST(Database, CompilesAStatementOnce) {
  auto db = OpenAt(":memory:");
  ASSERT_TRUE(db->Execute("CREATE TABLE t(i)").ok());
  for (int i = 0; i < 3; ++i) {
    auto insert = db->Prepare("INSERT INTO t VALUES (?)\n");
    ASSERT_TRUE(insert->Bind(1, i).Run().ok());
  }
  int count = 0;
  for (sqlite3_stmt* s = nullptr; (s = sqlite3_next_stmt(db->handle(), s)) != nullptr;) {
    count += absl::StartsWith(sqlite3_sql(s), "INSERT") ? 1 : 0;
  }
  EXPECT_EQ(count, 1);
}

TEST(Database, AReturnedStatementForgetsItsParametersAndItsRow) {
  auto db = OpenAt(":memory:");
  {
    auto first = db->Prepare("SELECT ?");
    ASSERT_TRUE(first->Bind(1, 7).Step().value());
  }
  auto second = db->Prepare("SELECT ?");
  ASSERT_TRUE(second->Step().value());
  EXPECT_TRUE(second->IsNull(0));
}

TEST(Database, OneTextCanBeLeasedTwiceAtOnce) {
  auto db = OpenAt(":memory:");
  auto outer = db->Prepare("SELECT ?");
  auto inner = db->Prepare("SELECT ?");
  outer->Bind(1, 1);
  inner->Bind(1, 2);
  ASSERT_TRUE(outer->Step().value());
  ASSERT_TRUE(inner->Step().value());
  EXPECT_EQ(outer->Int(0), 1);
  EXPECT_EQ(inner->Int(0), 2);
}

TEST(Database, ABindErrorIsReportedByStep) {
  auto db = OpenAt(":memory:");
  auto select = db->Prepare("SELECT ?");
  EXPECT_FALSE(select->Bind(2, 1).Step().ok());
}

TEST(Database, RefusesTwoStatementsInOnePrepare) {
  auto db = OpenAt(":memory:");
  EXPECT_EQ(db->Prepare("SELECT 1; SELECT 2").status().code(), absl::StatusCode::kInternal);
}

TEST(Database, SaysWhichStatementFailedInWhichFile) {
  TempFolder folder;
  auto db = OpenAt(folder.File("a.db"));
  EXPECT_THAT(std::string(db->Execute("SELEC 1").message()),
              AllOf(HasSubstr("SELEC 1"), HasSubstr(folder.File("a.db")), HasSubstr("syntax error")));
}

TEST(Database, MissingFolderIsNotFound) {
  TempFolder folder;
  auto db = Database::Open({.path = folder.File("no/such/a.db")});
  EXPECT_EQ(db.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(db.status().message()), HasSubstr("no/such/a.db"));
}

TEST(Database, AFileThatIsNoDatabaseIsDataLoss) {
  TempFolder folder;
  std::ofstream(folder.File("a.db")) << std::string(8192, 'x');
  EXPECT_EQ(Database::Open({.path = folder.File("a.db")}).status().code(), absl::StatusCode::kDataLoss);
}

TEST(Database, AReaderSeesCommitsAndCannotWrite) {
  TempFolder folder;
  auto writer = OpenAt(folder.File("a.db"));
  ASSERT_TRUE(writer->Execute("CREATE TABLE t(i); INSERT INTO t VALUES (1)").ok());
  auto reader = Database::Open({.path = folder.File("a.db"), .read_only = true});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->QueryInt("SELECT count(*) FROM t").value(), 1);
  EXPECT_EQ((*reader)->Execute("INSERT INTO t VALUES (2)").code(), absl::StatusCode::kPermissionDenied);
}

TEST(Database, CheckpointEmptiesTheLog) {
  TempFolder folder;
  auto db = OpenAt(folder.File("a.db"));
  ASSERT_TRUE(db->Execute("CREATE TABLE t(i)").ok());
  EXPECT_GT(std::filesystem::file_size(folder.File("a.db-wal")), 0u);
  ASSERT_TRUE(db->CheckpointTruncate().ok());
  EXPECT_EQ(std::filesystem::file_size(folder.File("a.db-wal")), 0u);
}

TEST(Database, UniqueViolationIsAlreadyExists) {
  auto db = OpenAt(":memory:");
  ASSERT_TRUE(db->Execute("CREATE TABLE t(i UNIQUE); INSERT INTO t VALUES (1)").ok());
  EXPECT_EQ(db->Execute("INSERT INTO t VALUES (1)").code(), absl::StatusCode::kAlreadyExists);
}

TEST(Database, ForeignKeysHold) {
  auto db = OpenAt(":memory:");
  ASSERT_TRUE(db->Execute("CREATE TABLE p(i INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p(i))").ok());
  EXPECT_EQ(db->Execute("INSERT INTO c VALUES (9)").code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Status, MapsEachCodeToWhatACallerCanActOn) {
  const std::pair<int, absl::StatusCode> cases[] = {
      {SQLITE_FULL, absl::StatusCode::kResourceExhausted},
      {SQLITE_CORRUPT, absl::StatusCode::kDataLoss},
      {SQLITE_CORRUPT_VTAB, absl::StatusCode::kDataLoss},
      {SQLITE_NOTADB, absl::StatusCode::kDataLoss},
      {SQLITE_BUSY_SNAPSHOT, absl::StatusCode::kUnavailable},
      {SQLITE_IOERR_FSYNC, absl::StatusCode::kUnavailable},
      {SQLITE_CANTOPEN, absl::StatusCode::kNotFound},
      {SQLITE_READONLY, absl::StatusCode::kPermissionDenied},
      {SQLITE_TOOBIG, absl::StatusCode::kInvalidArgument},
      {SQLITE_MISUSE, absl::StatusCode::kInternal},
  };
  for (const auto& [code, expected] : cases) {
    EXPECT_EQ(ToStatus(code, "write", "/x").code(), expected) << code;
  }
  EXPECT_TRUE(ToStatus(SQLITE_ROW, "step", "/x").ok());
}

TEST(Status, AFullDiskNamesPathAndRemedy) {
  EXPECT_THAT(
      std::string(ToStatus(SQLITE_FULL, "append", "/var/lib/holdfast/journal.db").message()),
      AllOf(HasSubstr("cannot append"), HasSubstr("/var/lib/holdfast/journal.db"), HasSubstr("free space")));
}

}  // namespace
}  // namespace holdfast::sqlite

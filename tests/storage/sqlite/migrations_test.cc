#include "storage/sqlite/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace holdfast::sqlite {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr Migration kSteps[] = {
    {.version = 1, .sql = "CREATE TABLE t(i); INSERT INTO t VALUES (1)"},
    {.version = 2,
     .sql = "ALTER TABLE t ADD COLUMN doubled",
     .code = [](Database& db) { return db.Execute("UPDATE t SET doubled = 2 * i"); }},
};

std::unique_ptr<Database> OpenMemory() {
  return Database::Open({.path = ":memory:"}).value();
}

TEST(Migrations, BringAnEmptyFileToTheNewest) {
  auto db = OpenMemory();
  ASSERT_TRUE(Migrate(*db, kSteps).ok());
  EXPECT_EQ(db->QueryInt("PRAGMA user_version").value(), 2);
  EXPECT_EQ(db->QueryInt("SELECT doubled FROM t").value(), 2);
}

TEST(Migrations, ContinueFromAnOlderFile) {
  auto db = OpenMemory();
  ASSERT_TRUE(Migrate(*db, absl::MakeSpan(kSteps).first(1)).ok());
  ASSERT_TRUE(db->Execute("INSERT INTO t VALUES (21)").ok());
  ASSERT_TRUE(Migrate(*db, kSteps).ok());
  EXPECT_EQ(db->QueryInt("SELECT max(doubled) FROM t").value(), 42);
}

TEST(Migrations, RunOnce) {
  auto db = OpenMemory();
  ASSERT_TRUE(Migrate(*db, kSteps).ok());
  ASSERT_TRUE(Migrate(*db, kSteps).ok());
  EXPECT_EQ(db->QueryInt("SELECT count(*) FROM t").value(), 1);
}

TEST(Migrations, RefuseANewerFileAndNameBothVersions) {
  auto db = OpenMemory();
  ASSERT_TRUE(db->Execute("PRAGMA user_version=9").ok());
  const absl::Status status = Migrate(*db, kSteps);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("version 9"), HasSubstr("up to 2")));
}

TEST(Migrations, AStepThatFailsLeavesNothingBehind) {
  const Migration steps[] = {
      {.version = 1, .sql = "CREATE TABLE t(i)"},
      {.version = 2, .sql = "CREATE TABLE half(i)", .code = [](Database&) -> absl::Status {
         return absl::InternalError("planned");
       }}};
  auto db = OpenMemory();
  const absl::Status status = Migrate(*db, steps);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("version 2"), HasSubstr("planned")));
  EXPECT_EQ(db->QueryInt("PRAGMA user_version").value(), 1);
  EXPECT_EQ(db->QueryInt("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").value(), 0);
}

}  // namespace
}  // namespace holdfast::sqlite

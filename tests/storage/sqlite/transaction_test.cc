#include "storage/sqlite/transaction.h"

#include <gtest/gtest.h>

#include "tests/storage/temp_folder.h"

namespace holdfast::sqlite {
namespace {

class TransactionTest : public ::testing::Test {
 protected:
  TransactionTest() : db_(Database::Open({.path = folder_.File("a.db")}).value()) {
    EXPECT_TRUE(db_->Execute("CREATE TABLE t(i)").ok());
  }
  int64_t Count() { return db_->QueryInt("SELECT count(*) FROM t").value(); }

  TempFolder folder_;
  std::unique_ptr<Database> db_;
};

TEST_F(TransactionTest, KeepsWhatWasCommitted) {
  auto transaction = Transaction::Begin(*db_);
  ASSERT_TRUE(transaction.ok());
  ASSERT_TRUE(db_->Execute("INSERT INTO t VALUES (1)").ok());
  ASSERT_TRUE(transaction->Commit().ok());
  EXPECT_EQ(Count(), 1);
}

TEST_F(TransactionTest, RollsBackWhenItLeavesScope) {
  {
    auto transaction = Transaction::Begin(*db_);
    ASSERT_TRUE(db_->Execute("INSERT INTO t VALUES (1)").ok());
  }
  EXPECT_FALSE(db_->in_transaction());
  EXPECT_EQ(Count(), 0);
}

TEST_F(TransactionTest, TheNextOneWorksAfterARollback) {
  {
    auto abandoned = Transaction::Begin(*db_);
  }
  auto transaction = Transaction::Begin(*db_);
  ASSERT_TRUE(transaction.ok()) << transaction.status();
  EXPECT_TRUE(transaction->Commit().ok());
}

TEST_F(TransactionTest, ASecondWriterIsUnavailableAtBegin) {
  auto other = Database::Open({.path = folder_.File("a.db"), .busy_timeout = absl::ZeroDuration()});
  ASSERT_TRUE(other.ok());
  auto first = Transaction::Begin(*db_);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Transaction::Begin(**other).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(TransactionTest, DoesNotNest) {
  auto first = Transaction::Begin(*db_);
  EXPECT_FALSE(Transaction::Begin(*db_).ok());
  EXPECT_TRUE(first->Commit().ok());
}

}  // namespace
}  // namespace holdfast::sqlite

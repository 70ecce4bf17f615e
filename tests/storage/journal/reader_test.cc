#include "storage/journal/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "storage/sqlite/database.h"
#include "tests/storage/journal/fixture.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::journal {
namespace {

using ::testing::ElementsAre;

class ReaderTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  World world_;
  std::string path_ = folder_.File("journal.db");
};

TEST_F(ReaderTest, FollowsALiveWriter) {
  auto journal = world_.Open(path_);
  auto reader = Reader::Open(path_);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->head()->seq, 1u);
  world_.Fill(*journal, 3);
  ASSERT_TRUE(journal->SetAcked(journal->head().epoch, 2).ok());
  EXPECT_EQ((*reader)->head()->hash, journal->head().hash);
  EXPECT_EQ((*reader)->acked_through().value(), 2u);
  EXPECT_EQ((*reader)->HashAt(4).value(), journal->head().hash);
  EXPECT_EQ((*reader)->ReadAfter(2, 10, 1 << 20).value(), journal->ReadAfter(2, 10, 1 << 20).value());
  EXPECT_THAT(Numbers((*reader)->Query({.kinds = {20}, .limit = 2, .newest_first = true}).value()),
              ElementsAre(4, 3));
}

TEST_F(ReaderTest, NeverBlocksACheckpoint) {
  auto journal = world_.Open(path_);
  auto reader = Reader::Open(path_).value();
  world_.Fill(*journal, 10);
  ASSERT_EQ(reader->ReadAfter(0, 100, 1 << 20)->size(), 11u);
  world_.Fill(*journal, 10);
  auto other = sqlite::Database::Open({.path = path_, .busy_timeout = absl::ZeroDuration()}).value();
  EXPECT_TRUE(other->CheckpointTruncate().ok());
}

TEST_F(ReaderTest, VerifiesWithoutTheWriter) {
  auto journal = world_.Open(path_);
  world_.Fill(*journal, 20);
  auto reader = Reader::Open(path_).value();
  auto next = reader->Verify(0, 10);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(*next, std::optional<uint64_t>(11));
  EXPECT_EQ(reader->Verify(11, 100).value(), std::nullopt);
}

TEST_F(ReaderTest, SaysWhatIsWrongWithTheFile) {
  EXPECT_EQ(Reader::Open(path_).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(path_));
  ASSERT_TRUE(sqlite::Database::Open({.path = path_}).value()->Execute("CREATE TABLE t(i)").ok());
  EXPECT_EQ(Reader::Open(path_).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(ReaderTest, LeavesANewerJournalAlone) {
  ASSERT_TRUE(world_.Open(path_)->Close().ok());
  ASSERT_TRUE(sqlite::Database::Open({.path = path_}).value()->Execute("PRAGMA user_version=99").ok());
  EXPECT_EQ(Reader::Open(path_).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace holdfast::journal

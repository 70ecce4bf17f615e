#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "storage/journal/reader.h"
#include "storage/sqlite/database.h"
#include "tests/storage/journal/fixture.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::journal {
namespace {

class EpochTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  World world_;
  std::string path_ = folder_.File("journal.db");
};

TEST_F(EpochTest, ANewEpochBeginsInANewFileAndKeepsTheOldOne) {
  auto journal = world_.Open(path_);
  world_.Fill(*journal, 5);
  ASSERT_TRUE(journal->SetAcked(journal->head().epoch, 3).ok());
  ASSERT_TRUE(journal->SetMeta("key", "value").ok());
  const Head old = journal->head();
  ASSERT_TRUE(journal->BeginEpoch("re_enrolled").ok());

  EXPECT_NE(journal->head().epoch, old.epoch);
  EXPECT_EQ(journal->head().seq, 1u);
  EXPECT_EQ(journal->acked_through(), 0u);
  EXPECT_EQ(AllRows(*journal)[0].payload, "began re_enrolled after " + EpochToString(old.epoch));
  EXPECT_EQ(journal->GetMeta("key").value(), "value");
  world_.Fill(*journal, 2);

  auto kept = Reader::Open(path_ + "." + EpochToString(old.epoch));
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ((*kept)->head()->hash, old.hash);
  EXPECT_EQ((*kept)->acked_through().value(), 3u);
}

TEST_F(EpochTest, AReaderOfTheOldFileIsNotDisturbed) {
  auto journal = world_.Open(path_);
  world_.Fill(*journal, 5);
  auto reader = Reader::Open(path_).value();
  const Head old = reader->head().value();
  ASSERT_TRUE(journal->BeginEpoch("clone").ok());
  world_.Fill(*journal, 50);
  EXPECT_EQ(reader->head()->hash, old.hash);
  EXPECT_EQ(reader->ReadAfter(0, 100, 1 << 20)->size(), 6u);
}

TEST_F(EpochTest, TheNewEpochSurvivesARestart) {
  Head head;
  {
    auto journal = world_.Open(path_);
    ASSERT_TRUE(journal->BeginEpoch("re_enrolled").ok());
    head = journal->head();
  }
  EXPECT_EQ(world_.Open(path_)->head().epoch, head.epoch);
}

TEST_F(EpochTest, ACrashAfterTheOldFileMovedBringsInTheNewOne) {
  Head head;
  {
    auto journal = world_.Open(folder_.File("other.db"));
    head = journal->head();
    ASSERT_TRUE(journal->Close().ok());
  }
  std::filesystem::rename(folder_.File("other.db"), path_ + ".next");
  OpenReport report;
  auto journal = world_.Open(path_, &report);
  EXPECT_EQ(journal->head().epoch, head.epoch);
  EXPECT_FALSE(report.created);
}

TEST_F(EpochTest, ACrashBeforeTheOldFileMovedKeepsIt) {
  Head head;
  {
    auto journal = world_.Open(path_);
    head = journal->head();
  }
  {
    auto journal = world_.Open(path_ + ".next");
  }
  EXPECT_EQ(world_.Open(path_)->head().epoch, head.epoch);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".next"));
}

}  // namespace
}  // namespace holdfast::journal

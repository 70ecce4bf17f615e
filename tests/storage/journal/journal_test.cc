#include "storage/journal/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "storage/sqlite/database.h"
#include "tests/storage/journal/fixture.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::journal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class JournalTest : public ::testing::Test {
 protected:
  TempFolder folder_;
  World world_;
  std::string path_ = folder_.File("journal.db");
};

TEST_F(JournalTest, BeginsWithARowThatSaysSo) {
  OpenReport report;
  auto journal = world_.Open(path_, &report);
  EXPECT_TRUE(report.created);
  EXPECT_TRUE(report.clean);
  const auto rows = AllRows(*journal);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].seq, 1u);
  EXPECT_EQ(rows[0].kind, static_cast<uint16_t>(RowKind::kEpochBegan));
  EXPECT_EQ(rows[0].payload, "began created");
  EXPECT_EQ(rows[0].hash, HashOf(rows[0], kGenesis));
  EXPECT_NE(rows[0].epoch, 0u);
}

TEST_F(JournalTest, NumbersAndChainsWhatIsAppended) {
  auto journal = world_.Open(path_);
  const auto rows =
      journal->Append({world_.Make(RowKind::kSession, "a", "1"), world_.Make(RowKind::kPath, "", "2")});
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_THAT(Numbers(*rows), ElementsAre(2, 3));
  EXPECT_EQ((*rows)[1].hash, HashOf((*rows)[1], (*rows)[0].hash));
  EXPECT_EQ(journal->head().seq, 3u);
  EXPECT_EQ(journal->head().hash, (*rows)[1].hash);
  EXPECT_TRUE(VerifyAll(*journal).ok());
}

TEST_F(JournalTest, ReadsBackEveryColumnAfterARestart) {
  std::vector<Row> written;
  {
    auto journal = world_.Open(path_);
    Draft draft = world_.Make(RowKind::kProbe, "subject", std::string("\0\xff payload", 10));
    draft.at.wall = {-1};
    draft.payload_version = 7;
    written = journal->Append({draft}).value();
    ASSERT_TRUE(journal->Close().ok());
  }
  auto journal = world_.Open(path_);
  EXPECT_EQ(journal->ReadAfter(1, 10, 1000).value(), written);
}

TEST_F(JournalTest, KeepsEpochHeadWatermarkAndMetaAcrossARestart) {
  Head head;
  {
    auto journal = world_.Open(path_);
    world_.Fill(*journal, 5);
    head = journal->head();
    ASSERT_TRUE(journal->SetAcked(head.epoch, 4).ok());
    ASSERT_TRUE(journal->SetMeta("device_id", std::string("\0x", 2)).ok());
  }
  auto journal = world_.Open(path_);
  EXPECT_EQ(journal->head().epoch, head.epoch);
  EXPECT_EQ(journal->head().seq, head.seq);
  EXPECT_EQ(journal->head().hash, head.hash);
  EXPECT_EQ(journal->acked_through(), 4u);
  EXPECT_EQ(journal->GetMeta("device_id").value(), std::string("\0x", 2));
  EXPECT_EQ(journal->GetMeta("nothing").value(), std::nullopt);
}

TEST_F(JournalTest, TellsACleanStopFromACrash) {
  OpenReport report;
  {
    auto journal = world_.Open(path_);
  }
  ASSERT_TRUE(world_.Open(path_, &report)->Close().ok());
  EXPECT_FALSE(report.clean);
  {
    auto journal = world_.Open(path_, &report);
  }
  EXPECT_TRUE(report.clean);
  EXPECT_FALSE(report.created);
}

TEST_F(JournalTest, ASecondWriterIsRefusedByPathAndPid) {
  auto journal = world_.Open(path_);
  const auto second = Journal::Open(world_.Options(path_), nullptr);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()),
              AllOf(HasSubstr(path_), HasSubstr(absl::StrCat("pid ", getpid()))));
}

TEST_F(JournalTest, ClosingLetsTheNextWriterIn) {
  auto journal = world_.Open(path_);
  ASSERT_TRUE(journal->Close().ok());
  EXPECT_NE(world_.Open(path_), nullptr);
  EXPECT_EQ(journal->Append({world_.Make(RowKind::kPath, "", "")}).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(JournalTest, TheWatermarkNeverGoesBackNorPastTheHead) {
  auto journal = world_.Open(path_);
  world_.Fill(*journal, 3);
  const Epoch epoch = journal->head().epoch;
  ASSERT_TRUE(journal->SetAcked(epoch, 3).ok());
  EXPECT_TRUE(journal->SetAcked(epoch, 2).ok());
  EXPECT_EQ(journal->acked_through(), 3u);
  EXPECT_EQ(journal->SetAcked(epoch, 5).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(journal->SetAcked(epoch + 1, 4).code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(JournalTest, ReadAfterIsBoundedByRowsAndBytesButNeverStuck) {
  auto journal = world_.Open(path_);
  world_.Fill(*journal, 10, RowKind::kSession, 1000);
  EXPECT_EQ(journal->ReadAfter(1, 3, 1 << 20)->size(), 3u);
  EXPECT_EQ(journal->ReadAfter(1, 100, 2100)->size(), 2u);
  EXPECT_EQ(journal->ReadAfter(1, 100, 1)->size(), 1u);
  EXPECT_TRUE(journal->ReadAfter(11, 100, 1 << 20)->empty());
}

TEST_F(JournalTest, RefusesARowThatTheFormatCannotHold) {
  auto journal = world_.Open(path_);
  const auto status = journal
                          ->Append({world_.Make(RowKind::kPath, "", ""),
                                    world_.Make(RowKind::kPath, std::string(65536, 's'), "")})
                          .status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(journal->head().seq, 1u);
  EXPECT_TRUE(journal->Append({world_.Make(RowKind::kPath, std::string(65535, 's'), "")}).ok());
}

TEST_F(JournalTest, AppendingNothingIsFine) {
  auto journal = world_.Open(path_);
  EXPECT_TRUE(journal->Append({})->empty());
  EXPECT_EQ(journal->head().seq, 1u);
}

TEST_F(JournalTest, HashAtKnowsGenesisAndStoredRowsOnly) {
  auto journal = world_.Open(path_);
  EXPECT_EQ(journal->HashAt(0).value(), kGenesis);
  EXPECT_EQ(journal->HashAt(1).value(), journal->head().hash);
  EXPECT_EQ(journal->HashAt(2).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(JournalTest, AJournalOfANewerProgramIsLeftAlone) {
  ASSERT_TRUE(world_.Open(path_)->Close().ok());
  ASSERT_TRUE(sqlite::Database::Open({.path = path_}).value()->Execute("PRAGMA user_version=99").ok());
  const auto journal = Journal::Open(world_.Options(path_), nullptr);
  EXPECT_EQ(journal.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(journal.status().message()), AllOf(HasSubstr("99"), HasSubstr(path_)));
}

TEST_F(JournalTest, NeedsAClockAndRandomness) {
  OpenOptions options = world_.Options(path_);
  options.clock = nullptr;
  EXPECT_EQ(Journal::Open(options, nullptr).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(JournalTest, ItsOwnKindsAreTheEventModels) {
  EXPECT_EQ(kKindEpochBegan, static_cast<uint16_t>(RowKind::kEpochBegan));
  EXPECT_EQ(kKindGap, static_cast<uint16_t>(RowKind::kGap));
  EXPECT_EQ(kKindPruned, static_cast<uint16_t>(RowKind::kPruned));
}

TEST_F(JournalTest, HistoryViewIsTheContractWithReaders) {
  auto journal = world_.Open(path_);
  world_.clock.Advance(absl::Milliseconds(5));
  const auto rows = journal->Append({world_.Make(RowKind::kSession, "S", "body")}).value();
  ASSERT_TRUE(journal->SetAcked(rows[0].epoch, 1).ok());
  auto db = sqlite::Database::Open({.path = path_, .read_only = true}).value();
  auto select = db->Prepare(
      "SELECT seq, time, kind, subject, payload, hash, acknowledged FROM history_v1 ORDER BY seq");
  ASSERT_TRUE(select.ok()) << select.status();
  ASSERT_TRUE(select->Step().value());
  EXPECT_EQ(select->Int(6), 1);
  ASSERT_TRUE(select->Step().value());
  EXPECT_EQ(select->Int(0), 2);
  EXPECT_EQ(select->Text(1), FormatUtc(rows[0].at.wall));
  EXPECT_EQ(select->Int(2), 20);
  EXPECT_EQ(select->Text(3), "S");
  EXPECT_EQ(select->Bytes(4), "body");
  EXPECT_EQ(select->Text(5), ToHex(rows[0].hash));
  EXPECT_EQ(select->Int(6), 0);
}

}  // namespace
}  // namespace holdfast::journal

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/sqlite/database.h"
#include "tests/storage/journal/fixture.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::journal {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int64_t kNoLimit = INT64_MAX;
constexpr WallTime kEver{INT64_MIN};

class RetentionTest : public ::testing::Test {
 protected:
  RetentionTest() : journal_(world_.Open(path_)) {}
  void AckAll() { ASSERT_TRUE(journal_->SetAcked(journal_->head().epoch, journal_->head().seq).ok()); }
  // Prunes until there is no more to do; the number of slices.
  int PruneAll(WallTime oldest, int64_t max_bytes) {
    return PruneAll({.oldest = oldest, .max_bytes = max_bytes});
  }
  int PruneAll(const RetentionLimits& limits) {
    for (int slices = 0; slices < 1000; ++slices) {
      auto more = journal_->Prune(limits);
      EXPECT_TRUE(more.ok()) << more.status();
      if (!more.ok() || !*more) return slices;
    }
    ADD_FAILURE() << "pruning does not end";
    return -1;
  }
  int64_t LiveBytes() {
    auto db = sqlite::Database::Open({.path = path_, .read_only = true}).value();
    return (db->QueryInt("PRAGMA page_count").value() - db->QueryInt("PRAGMA freelist_count").value()) * 4096;
  }
  void ExpectVerifies() {
    EXPECT_TRUE(VerifyAll(*journal_).ok()) << VerifyAll(*journal_);
    journal_.reset();
    OpenReport report;
    journal_ = world_.Open(path_, &report);
    EXPECT_EQ(report.corruption, "");
  }

  TempFolder folder_;
  World world_;
  std::string path_ = folder_.File("journal.db");
  std::unique_ptr<Journal> journal_;
};

TEST_F(RetentionTest, AcknowledgedRowsGoWhenTheyAreOld) {
  world_.Fill(*journal_, 100);
  AckAll();
  const Sha256Digest hash = journal_->head().hash;
  world_.clock.Advance(absl::Hours(24 * 91));
  world_.Fill(*journal_, 10);
  EXPECT_EQ(PruneAll(world_.clock.Now().wall - absl::Hours(24 * 90), kNoLimit), 1);
  const auto rows = AllRows(*journal_);
  EXPECT_EQ(rows.front().seq, 102u);
  EXPECT_EQ(rows.back().kind, kKindPruned);
  EXPECT_EQ(rows.back().payload, "pruned 101 " + DigestText(hash));
  EXPECT_EQ(journal_->HashAt(101).value(), hash);
  EXPECT_EQ(journal_->HashAt(50).status().code(), absl::StatusCode::kNotFound);
  ExpectVerifies();
  EXPECT_EQ(journal_->HashAt(101).value(), hash);
}

TEST_F(RetentionTest, UnacknowledgedRowsDoNotGoForTheirAge) {
  world_.Fill(*journal_, 100);
  ASSERT_TRUE(journal_->SetAcked(journal_->head().epoch, 70).ok());
  world_.clock.Advance(absl::Hours(24 * 400));
  PruneAll(world_.clock.Now().wall, kNoLimit);
  EXPECT_EQ(AllRows(*journal_).front().seq, 71u);
  ExpectVerifies();
}

TEST_F(RetentionTest, AFewOldRowsWaitSoThatPruningDoesNotFeedItself) {
  world_.Fill(*journal_, 10);
  AckAll();
  world_.Fill(*journal_, 1);
  EXPECT_EQ(PruneAll(world_.clock.Now().wall, kNoLimit), 0);
  EXPECT_EQ(PruneAll(world_.clock.Now().wall + absl::Hours(2), kNoLimit), 1);
}

TEST_F(RetentionTest, WorksInBoundedSlices) {
  world_.Fill(*journal_, 5000);
  AckAll();
  EXPECT_EQ(PruneAll(world_.clock.Now().wall + absl::Hours(2), kNoLimit), 3);
  ExpectVerifies();
}

TEST_F(RetentionTest, AboveTheSizeTheOldestAcknowledgedGoFirst) {
  world_.Fill(*journal_, 3000);
  ASSERT_TRUE(journal_->SetAcked(journal_->head().epoch, 2500).ok());
  const int64_t limit = LiveBytes() / 2;
  PruneAll(kEver, limit);
  EXPECT_LE(LiveBytes(), limit);
  const auto rows = AllRows(*journal_);
  EXPECT_GT(rows.front().seq, 1000u);
  EXPECT_LT(rows.front().seq, 2500u);
  EXPECT_EQ(rows.back().kind, kKindPruned);
  EXPECT_EQ(PruneAll(kEver, limit), 0);
  ExpectVerifies();
}

TEST_F(RetentionTest, UnacknowledgedRowsHaveAShareOfTheirOwn) {
  world_.Fill(*journal_, 3000);
  ASSERT_TRUE(journal_->SetAcked(journal_->head().epoch, 1000).ok());
  const int64_t before = LiveBytes();
  PruneAll({.oldest = kEver, .max_unacknowledged_bytes = before / 3});
  EXPECT_LT(LiveBytes(), before);
  const auto rows = AllRows(*journal_);
  // What was acknowledged is history and stays; of the rest the oldest went.
  ASSERT_GT(rows.size(), 1000u);
  EXPECT_EQ(rows[999].seq, 1000u);
  EXPECT_GT(rows[1000].seq, 1200u);
  EXPECT_LT(rows[1000].seq, 2900u);
  EXPECT_EQ(rows.back().kind, kKindGap);
  EXPECT_EQ(PruneAll({.oldest = kEver, .max_unacknowledged_bytes = before / 3}), 0);
  ExpectVerifies();
}

TEST_F(RetentionTest, ThenUnacknowledgedRowsGoAndLeaveAGapThatSaysWhich) {
  world_.Fill(*journal_, 1000);
  PruneAll(kEver, LiveBytes() / 2);
  const auto rows = AllRows(*journal_);
  // The first row of the epoch stays.
  ASSERT_EQ(rows[0].seq, 1u);
  const uint64_t first_left = rows[1].seq;
  EXPECT_EQ(rows.back().kind, kKindGap);
  EXPECT_THAT(rows.back().payload,
              StartsWith(absl::StrCat("gap 2-", first_left - 1, " x", first_left - 2, " ",
                                      DigestText(journal_->HashAt(first_left - 1).value()))));
  ExpectVerifies();
}

TEST_F(RetentionTest, AReadStopsBeforeAHole) {
  world_.Fill(*journal_, 1000);
  PruneAll(kEver, LiveBytes() / 2);
  EXPECT_EQ(journal_->ReadAfter(0, 1000, 1 << 20)->size(), 1u);
  const auto behind = journal_->ReadAfter(1, 1000, 1 << 20).value();
  ASSERT_FALSE(behind.empty());
  const uint64_t first = behind.front().seq;
  EXPECT_EQ(behind.front().hash, HashOf(behind.front(), journal_->HashAt(first - 1).value()));
  EXPECT_EQ(behind.back().seq, first + behind.size() - 1);
}

TEST_F(RetentionTest, ViolationsOutliveTheRest) {
  for (int i = 0; i < 100; ++i) {
    world_.Fill(*journal_, 19);
    world_.Fill(*journal_, 1, RowKind::kVerdict);
  }
  PruneAll(kEver, LiveBytes() / 3);
  const auto verdicts = journal_->Query({.kinds = {static_cast<uint16_t>(RowKind::kVerdict)}}).value();
  EXPECT_EQ(verdicts.size(), 100u);
  EXPECT_LT(journal_->Query({.kinds = {static_cast<uint16_t>(RowKind::kSession)}, .limit = 5000})->size(),
            1000u);
  for (const Row& row : AllRows(*journal_))
    EXPECT_EQ(row.hash, HashOf(row, journal_->HashAt(row.seq - 1).value()));
  ExpectVerifies();
}

TEST_F(RetentionTest, ViolationsGoWhenNothingElseIsLeft) {
  world_.Fill(*journal_, 2000, RowKind::kVerdict);
  const int64_t limit = LiveBytes() / 2;
  PruneAll(kEver, limit);
  EXPECT_LE(LiveBytes(), limit);
  EXPECT_THAT(AllRows(*journal_).back().payload, HasSubstr("gap"));
  ExpectVerifies();
}

TEST_F(RetentionTest, AnImpossibleLimitEnds) {
  world_.Fill(*journal_, 300);
  PruneAll(kEver, 1);
  EXPECT_LE(AllRows(*journal_).size(), 3u);
  world_.Fill(*journal_, 1);
  ExpectVerifies();
}

TEST_F(RetentionTest, LaterRunsJoinEarlierOnes) {
  world_.Fill(*journal_, 1000);
  PruneAll(kEver, LiveBytes() * 2 / 3);
  world_.Fill(*journal_, 100);
  AckAll();
  world_.clock.Advance(absl::Hours(48));
  PruneAll(world_.clock.Now().wall - absl::Hours(24), kNoLimit);
  auto db = sqlite::Database::Open({.path = path_, .read_only = true}).value();
  EXPECT_EQ(db->QueryInt("SELECT count(*) FROM checkpoints").value(), 1);
  EXPECT_EQ(db->QueryInt("SELECT first FROM checkpoints").value(), 1);
  ExpectVerifies();
}

TEST_F(RetentionTest, AppendsGoOnChainingAfterPruning) {
  world_.Fill(*journal_, 200);
  AckAll();
  PruneAll(world_.clock.Now().wall + absl::Hours(2), kNoLimit);
  world_.Fill(*journal_, 10);
  ExpectVerifies();
}

}  // namespace
}  // namespace holdfast::journal

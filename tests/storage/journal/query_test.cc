#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/journal/fixture.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto kSession = static_cast<uint16_t>(RowKind::kSession);
constexpr auto kPath = static_cast<uint16_t>(RowKind::kPath);
constexpr auto kVerdict = static_cast<uint16_t>(RowKind::kVerdict);

// Row 1 is the journal's own. Rows 2.. are a second apart: session a, path, verdict a, session b, session a,
// verdict b.
class QueryTest : public ::testing::Test {
 protected:
  QueryTest() : journal_(world_.Open(folder_.File("journal.db"))) {
    for (const auto& [kind, subject] :
         std::vector<std::pair<RowKind, std::string>>{{RowKind::kSession, "a"},
                                                      {RowKind::kPath, ""},
                                                      {RowKind::kVerdict, "a"},
                                                      {RowKind::kSession, "b"},
                                                      {RowKind::kSession, "a"},
                                                      {RowKind::kVerdict, "b"}}) {
      world_.clock.Advance(absl::Seconds(1));
      EXPECT_TRUE(journal_->Append({world_.Make(kind, subject, "x")}).ok());
    }
  }
  std::vector<uint64_t> Find(const Filter& filter) {
    auto rows = journal_->Query(filter);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? Numbers(*rows) : std::vector<uint64_t>();
  }
  static WallTime At(int second) { return {TestClock::kStart + second * int64_t{1'000'000'000}}; }

  TempFolder folder_;
  World world_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(QueryTest, WithoutFilterGivesAllInOrder) {
  EXPECT_THAT(Find({}), ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

TEST_F(QueryTest, NewestFirstWithALimit) {
  EXPECT_THAT(Find({.limit = 2, .newest_first = true}), ElementsAre(7, 6));
}

TEST_F(QueryTest, AfterANumber) {
  EXPECT_THAT(Find({.after_seq = 5}), ElementsAre(6, 7));
}

TEST_F(QueryTest, FromATime) {
  EXPECT_THAT(Find({.from = At(5)}), ElementsAre(6, 7));
  EXPECT_THAT(Find({.after_seq = 6, .from = At(5)}), ElementsAre(7));
  EXPECT_THAT(Find({.from = At(60)}), IsEmpty());
}

TEST_F(QueryTest, OneKind) {
  EXPECT_THAT(Find({.kinds = {kSession}}), ElementsAre(2, 5, 6));
}

TEST_F(QueryTest, SeveralKindsStayInOrderAndWithinTheLimit) {
  EXPECT_THAT(Find({.kinds = {kVerdict, kSession, kSession}}), ElementsAre(2, 4, 5, 6, 7));
  EXPECT_THAT(Find({.kinds = {kVerdict, kPath}, .limit = 2, .newest_first = true}), ElementsAre(7, 4));
}

TEST_F(QueryTest, OneSubject) {
  EXPECT_THAT(Find({.subject = "a"}), ElementsAre(2, 4, 6));
  EXPECT_THAT(Find({.subject = "nobody"}), IsEmpty());
}

TEST_F(QueryTest, EverythingTogether) {
  EXPECT_THAT(Find({.after_seq = 2,
                    .from = At(2),
                    .kinds = {kSession, kVerdict},
                    .subject = "a",
                    .limit = 1,
                    .newest_first = true}),
              ElementsAre(6));
}

TEST_F(QueryTest, AClockThatWentBackHidesNoRow) {
  world_.clock.now.wall = At(-3600);
  ASSERT_TRUE(journal_->Append({world_.Make(RowKind::kPath, "", "back")}).ok());
  world_.clock.now.wall = At(100);
  ASSERT_TRUE(journal_->Append({world_.Make(RowKind::kPath, "", "again")}).ok());
  EXPECT_THAT(Find({.from = At(6)}), ElementsAre(7, 9));
}

TEST_F(QueryTest, ALimitOfNothingGivesNothing) {
  EXPECT_THAT(Find({.limit = 0}), IsEmpty());
}

}  // namespace
}  // namespace holdfast::journal

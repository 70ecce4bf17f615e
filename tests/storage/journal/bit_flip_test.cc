// One bit of the journal's file is another one, anywhere: either it is found and named, or it changed nothing
// of what the journal says. Never does a journal that verifies tell other rows than were written.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "sim/vfs/memory_vfs.h"
#include "tests/storage/journal/fixture.h"

namespace holdfast::journal {
namespace {

class BitFlip : public ::testing::Test {
 protected:
  BitFlip() {
    world_.vfs = disk_.name();
    world_.files = &disk_.files();
    auto journal = world_.Open("j.db");
    world_.Fill(*journal, 600);
    written_ = AllRows(*journal);
    EXPECT_TRUE(journal->Close().ok());
    journal.reset();
    file_ = *disk_.Contents("j.db");
  }
  // What became of it: "named", or "harmless"; the test fails when it is neither.
  std::string Flip(size_t byte, int bit) {
    std::string damaged = file_;
    damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << bit));
    for (const std::string& path : disk_.List()) {
      if (path != "j.db") disk_.files().Remove(path).IgnoreError();
    }
    disk_.SetContents("j.db", damaged);
    OpenReport report;
    auto journal = Journal::Open(world_.Options("j.db"), &report);
    if (!journal.ok()) return journal.status().message().empty() ? "nameless" : "named";
    if (!report.set_aside.empty()) return report.corruption.empty() ? "nameless" : "named";
    const absl::Status verified = VerifyAll(**journal);
    if (!verified.ok()) return verified.message().empty() ? "nameless" : "named";
    return AllRows(**journal) == written_ ? "harmless" : "believed";
  }

  sim::MemoryVfs disk_;
  World world_;
  std::vector<Row> written_;
  std::string file_;
};

TEST_F(BitFlip, IsFoundAndNamedOrChangesNothing) {
  SplitMix64 random{20261122};
  int named = 0, harmless = 0;
  for (int i = 0; i < 400; ++i) {
    const size_t byte = random.Below(file_.size());
    const int bit = static_cast<int>(random.Below(8));
    const std::string outcome = Flip(byte, bit);
    named += outcome == "named";
    harmless += outcome == "harmless";
    ASSERT_TRUE(outcome == "named" || outcome == "harmless")
        << "bit " << bit << " of byte " << byte << " is " << outcome;
  }
  EXPECT_GT(named, 200) << "most of the file is rows";
  EXPECT_GT(harmless, 0) << "free space is free";
}

}  // namespace
}  // namespace holdfast::journal

// Full disks and I/O errors: nothing half-done, and usable afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sim/vfs/memory_vfs.h"
#include "tests/storage/journal/fixture.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::journal {
namespace {

using ::testing::HasSubstr;

class DiskTest : public ::testing::Test {
 protected:
  DiskTest() {
    world_.vfs = disk_.name();
    world_.files = &disk_.files();
  }
  std::vector<Draft> Big(size_t bytes = 50'000) const {
    return {world_.Make(RowKind::kSession, "S", std::string(bytes, 'p'))};
  }

  sim::MemoryVfs disk_;
  World world_;
};

TEST_F(DiskTest, AFullDiskAddsNothingAndTheJournalGoesOn) {
  auto journal = world_.Open("j.db");
  world_.Fill(*journal, 10);
  const Head before = journal->head();
  disk_.SetCapacity(disk_.used());
  const absl::Status status = journal->Append(Big()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("free space"));
  EXPECT_EQ(journal->head().seq, before.seq);
  EXPECT_EQ(AllRows(*journal).size(), 11u);

  disk_.SetCapacity(std::nullopt);
  ASSERT_TRUE(journal->Append(Big()).ok());
  EXPECT_EQ(journal->head().seq, before.seq + 1);
  EXPECT_TRUE(VerifyAll(*journal).ok());
}

TEST_F(DiskTest, AFullDiskStillTakesWhatPruningMadeRoomFor) {
  auto journal = world_.Open("j.db");
  world_.Fill(*journal, 2000);
  ASSERT_TRUE(journal->Close().ok());
  journal = world_.Open("j.db");
  ASSERT_TRUE(journal->SetAcked(journal->head().epoch, 2000).ok());
  ASSERT_TRUE(journal->Prune({.oldest = world_.clock.Now().wall + absl::Hours(2)}).value());
  disk_.SetCapacity(disk_.used());
  int appended = 0;
  while (appended < 500 && journal->Append({world_.Make(RowKind::kSession, "S", "small")}).ok()) ++appended;
  EXPECT_EQ(appended, 500);  // the database has free pages, and a checkpoint frees the log again and again
}

TEST_F(DiskTest, OpeningOnAFullDiskReadsWhatThereIs) {
  {
    auto journal = world_.Open("j.db");
    world_.Fill(*journal, 10);
    ASSERT_TRUE(journal->Close().ok());
  }
  disk_.SetCapacity(disk_.used());
  auto journal = world_.Open("j.db");
  ASSERT_NE(journal, nullptr);
  EXPECT_EQ(AllRows(*journal).size(), 11u);
}

TEST_F(DiskTest, PruningOnAFullDiskFailsWhole) {
  auto journal = world_.Open("j.db");
  world_.Fill(*journal, 500);
  ASSERT_TRUE(journal->SetAcked(journal->head().epoch, 400).ok());
  disk_.SetCapacity(disk_.used());
  const auto pruned = journal->Prune({.oldest = world_.clock.Now().wall + absl::Hours(2)});
  if (!pruned.ok()) {
    EXPECT_EQ(pruned.status().code(), absl::StatusCode::kResourceExhausted);
    EXPECT_EQ(AllRows(*journal).size(), 501u);
  }
  EXPECT_TRUE(VerifyAll(*journal).ok());
}

TEST_F(DiskTest, AnIoErrorAtAnyCallLeavesAJournalThatGoesOn) {
  for (const sim::Op op : {sim::Op::kWrite, sim::Op::kSync, sim::Op::kRead}) {
    for (uint64_t nth = 1; nth <= 30; ++nth) {
      SCOPED_TRACE(absl::StrCat("op ", static_cast<int>(op), " call ", nth));
      disk_.Restart(sim::Loss::kNothing);
      for (const std::string& path : disk_.List()) ASSERT_TRUE(disk_.files().Remove(path).ok());
      auto journal = world_.Open("j.db");
      world_.Fill(*journal, 5);
      disk_.FailAt(op, nth);
      uint64_t promised = journal->head().seq;
      for (int i = 0; i < 20; ++i) {
        if (const auto rows = journal->Append(Big(3000)); rows.ok()) promised = rows->back().seq;
        EXPECT_EQ(journal->head().seq, promised);
      }
      disk_.ClearFaults();
      ASSERT_TRUE(journal->Append(Big(10)).ok());
      EXPECT_TRUE(VerifyAll(*journal).ok()) << VerifyAll(*journal);
      journal.reset();
      OpenReport report;
      journal = world_.Open("j.db", &report);
      EXPECT_EQ(report.corruption, "");
      EXPECT_EQ(journal->head().seq, promised + 1);
    }
  }
}

TEST_F(DiskTest, BeginningAnEpochOnAFullDiskKeepsTheOldOne) {
  auto journal = world_.Open("j.db");
  world_.Fill(*journal, 10);
  const Head before = journal->head();
  disk_.SetCapacity(disk_.used());
  EXPECT_FALSE(journal->BeginEpoch("full").ok());
  EXPECT_EQ(journal->head().epoch, before.epoch);
  disk_.SetCapacity(std::nullopt);
  world_.Fill(*journal, 1);
  ASSERT_TRUE(journal->BeginEpoch("room").ok());
  EXPECT_NE(journal->head().epoch, before.epoch);
}

TEST_F(DiskTest, ACrashAtAnyWriteOfBeginEpochLeavesOneOfTheTwo) {
  for (uint64_t nth = 1; nth <= 60; ++nth) {
    SCOPED_TRACE(nth);
    sim::MemoryVfs disk({.seed = nth});
    World world(nth);
    world.vfs = disk.name();
    world.files = &disk.files();
    auto journal = world.Open("j.db");
    world.Fill(*journal, 3);
    const Head old = journal->head();
    disk.HaltAt(sim::Op::kWrite, nth);
    const absl::Status status = journal->BeginEpoch("test");
    const bool done = status.ok();
    disk.Halt();
    journal.reset();
    disk.Restart(sim::Loss::kSomeUnsynced);
    OpenReport report;
    journal = world.Open("j.db", &report);
    ASSERT_NE(journal, nullptr);
    EXPECT_EQ(report.corruption, "");
    EXPECT_FALSE(report.created);
    if (done) EXPECT_NE(journal->head().epoch, old.epoch);
    if (journal->head().epoch == old.epoch) EXPECT_EQ(journal->head().seq, old.seq);
    EXPECT_TRUE(VerifyAll(*journal).ok());
  }
}

// A real file system of 8 MB.
class Tmpfs {
 public:
  Tmpfs() : mounted_(mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=8m") == 0), error_(errno) {}
  ~Tmpfs() {
    if (mounted_) umount2(folder_.path().c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  std::string error() const { return strerror(error_); }
  std::string File(const std::string& name) const { return folder_.File(name); }

 private:
  TempFolder folder_;
  bool mounted_;
  int error_;
};

TEST(RealDisk, FullAtEightMegabytesLosesNothingAndRecovers) {
  if (geteuid() != 0) GTEST_SKIP() << "mounting a small tmpfs needs root";
  Tmpfs tmpfs;
  if (!tmpfs.mounted()) GTEST_SKIP() << "cannot mount a tmpfs here: " << tmpfs.error();
  World world;
  auto journal = world.Open(tmpfs.File("journal.db"));
  uint64_t promised = journal->head().seq;
  absl::Status status;
  while (status.ok()) {
    std::vector<Draft> drafts(20, world.Make(RowKind::kSession, "S", std::string(2000, 'p')));
    auto rows = journal->Append(drafts);
    status = rows.status();
    if (rows.ok()) promised = rows->back().seq;
    ASSERT_LT(promised, 10'000u) << "the disk is never full";
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(journal->head().seq, promised);
  EXPECT_TRUE(VerifyAll(*journal).ok());
  journal.reset();
  OpenReport report;
  journal = world.Open(tmpfs.File("journal.db"), &report);
  ASSERT_NE(journal, nullptr);
  EXPECT_EQ(report.corruption, "");
  EXPECT_EQ(journal->head().seq, promised);
}

}  // namespace
}  // namespace holdfast::journal

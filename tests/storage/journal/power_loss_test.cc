// The journal on a disk that loses power at every sync point, by seed: what was acknowledged to the caller is
// there, the chain verifies, and the journal goes on.
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sim/vfs/memory_vfs.h"
#include "tests/storage/journal/fixture.h"

namespace holdfast::journal {
namespace {

using sim::Loss;
using sim::MemoryVfs;
using sim::Op;

// What the journal has promised: it may know more than this, never less.
struct Promised {
  Head head;
  uint64_t acked = 0;
  std::map<uint64_t, Sha256Digest> hashes;  // of rows that OK'd appends returned
  std::map<std::string, std::string> meta;
  uint64_t dropped_through = 0;  // rows up to here may have been pruned
};

class Machine {
 public:
  explicit Machine(uint64_t seed) : disk_({.seed = seed}), world_(seed), random_{seed} {
    world_.vfs = disk_.name();
    world_.files = &disk_.files();
  }

  absl::Status Boot() {
    OpenReport report;
    auto journal = Journal::Open(world_.Options("j.db"), &report);
    if (!journal.ok()) return journal.status();
    EXPECT_EQ(report.corruption, "");
    EXPECT_EQ(report.set_aside, "");
    journal_ = *std::move(journal);
    if (promised_.head.epoch == 0) promised_.head = journal_->head();
    return absl::OkStatus();
  }

  // Steps of a small workload until the disk fails.
  void Run(int steps) {
    for (int i = 0; i < steps; ++i) {
      if (!Step(random_.Below(10)).ok()) return;
    }
  }

  void PowerFails(Loss loss) {
    disk_.Halt();
    journal_.reset();
    disk_.Restart(loss);
  }

  void Check() {
    ASSERT_NE(journal_, nullptr);
    EXPECT_TRUE(VerifyAll(*journal_, 7).ok()) << VerifyAll(*journal_, 7);
    // An epoch that began in the last step may have become durable without its caller hearing of it.
    if (journal_->head().epoch != promised_.head.epoch) {
      EXPECT_TRUE(beginning_epoch_);
      return;
    }
    EXPECT_GE(journal_->head().seq, promised_.head.seq);
    EXPECT_GE(journal_->acked_through(), promised_.acked);
    for (const auto& [seq, hash] : promised_.hashes) {
      if (seq <= promised_.dropped_through) continue;
      const auto found = journal_->HashAt(seq);
      ASSERT_TRUE(found.ok()) << found.status();
      EXPECT_EQ(*found, hash);
    }
    for (const auto& [key, value] : promised_.meta) EXPECT_GE(journal_->GetMeta(key).value(), value);
  }

  MemoryVfs& disk() { return disk_; }
  Journal& journal() { return *journal_; }

 private:
  absl::Status Step(uint64_t choice) {
    world_.clock.Advance(absl::Minutes(10));
    if (choice < 6) return AppendSome();
    if (choice < 8) return Acknowledge();
    if (choice == 8) return random_.Below(4) == 0 ? BeginEpoch() : PutMeta();
    return PruneSome();
  }
  absl::Status AppendSome() {
    std::vector<Draft> drafts;
    for (uint64_t i = 0; i <= random_.Below(4); ++i) {
      drafts.push_back(world_.Make(RowKind::kSession, "S", std::string(random_.Below(3000), 'p')));
    }
    auto rows = journal_->Append(drafts);
    if (!rows.ok()) return rows.status();
    for (const Row& row : *rows) promised_.hashes[row.seq] = row.hash;
    promised_.head = journal_->head();
    return absl::OkStatus();
  }
  absl::Status Acknowledge() {
    const uint64_t through = random_.Below(journal_->head().seq + 1);
    const absl::Status status = journal_->SetAcked(journal_->head().epoch, through);
    if (status.ok()) promised_.acked = std::max(promised_.acked, through);
    return status;
  }
  absl::Status PutMeta() {
    const std::string value = absl::StrFormat("%08d", ++meta_value_);
    const absl::Status status = journal_->SetMeta("number", value);
    if (status.ok()) promised_.meta["number"] = value;
    return status;
  }
  absl::Status PruneSome() {
    promised_.dropped_through = std::max(promised_.dropped_through, journal_->acked_through());
    const absl::Status status =
        journal_->Prune({.oldest = world_.clock.Now().wall - absl::Hours(1)}).status();
    if (status.ok()) promised_.head = journal_->head();
    return status;
  }
  absl::Status BeginEpoch() {
    beginning_epoch_ = true;
    const absl::Status status = journal_->BeginEpoch("test");
    if (!status.ok()) return status;
    beginning_epoch_ = false;
    promised_.head = journal_->head();
    promised_.acked = promised_.dropped_through = 0;
    promised_.hashes.clear();
    return status;
  }

  MemoryVfs disk_;
  World world_;
  SplitMix64 random_;
  std::unique_ptr<Journal> journal_;
  Promised promised_;
  int meta_value_ = 0;
  bool beginning_epoch_ = false;
};

constexpr int kSteps = 12;
constexpr uint64_t kSeeds = 100;

// How many such calls a seed's workload makes when nothing fails.
uint64_t CallsOf(uint64_t seed, Op op) {
  Machine machine(seed);
  EXPECT_TRUE(machine.Boot().ok());
  machine.Run(kSteps);
  return machine.disk().count(op);
}

void FailAndRecover(uint64_t seed, Op op, uint64_t nth, Loss loss) {
  SCOPED_TRACE(absl::StrCat("seed ", seed, ", call ", nth, ", loss ", static_cast<int>(loss)));
  Machine machine(seed);
  machine.disk().HaltAt(op, nth);
  if (machine.Boot().ok()) machine.Run(kSteps);
  machine.PowerFails(loss);
  ASSERT_TRUE(machine.Boot().ok());
  machine.Check();
  machine.Run(kSteps);
  machine.Check();
}

TEST(PowerLoss, AtEverySyncPointNothingAcknowledgedIsLost) {
  uint64_t cuts = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const uint64_t syncs = CallsOf(seed, Op::kSync);
    ASSERT_GT(syncs, 5u);
    for (uint64_t nth = 1; nth <= syncs; ++nth, ++cuts) {
      FailAndRecover(seed, Op::kSync, nth, seed % 2 == 0 ? Loss::kUnsynced : Loss::kSomeUnsynced);
      if (::testing::Test::HasFailure()) return;
    }
  }
  RecordProperty("cuts", static_cast<int>(cuts));
}

TEST(PowerLoss, BetweenWritesNothingAcknowledgedIsLost) {
  for (uint64_t seed = 1; seed <= 2 * kSeeds; ++seed) {
    SplitMix64 random{seed};
    FailAndRecover(seed, Op::kWrite, 1 + random.Below(120), Loss::kSomeUnsynced);
    if (::testing::Test::HasFailure()) return;
  }
}

// Between any two writes, those inside a transaction too: of what was not synced some pages are there and
// some are not, whole or torn, whatever the order they were written in.
TEST(PowerLoss, AtEveryWriteOfALifeNothingAcknowledgedIsLost) {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    const uint64_t writes = CallsOf(seed, Op::kWrite);
    ASSERT_GT(writes, 50u);
    for (uint64_t nth = 1; nth <= writes; ++nth) {
      FailAndRecover(seed, Op::kWrite, nth, nth % 3 == 0 ? Loss::kUnsynced : Loss::kSomeUnsynced);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(PowerLoss, AKilledProcessLosesNothing) {
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SplitMix64 random{seed};
    FailAndRecover(seed, Op::kWrite, 1 + random.Below(120), Loss::kNothing);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(PowerLoss, ThirtyFailuresInOneLifeLeaveOneChain) {
  Machine machine(77);
  ASSERT_TRUE(machine.Boot().ok());
  for (int life = 0; life < 30; ++life) {
    machine.disk().HaltAt(Op::kSync, 3 + life % 9);
    machine.Run(50);
    machine.PowerFails(Loss::kSomeUnsynced);
    ASSERT_TRUE(machine.Boot().ok());
    machine.Check();
  }
}

}  // namespace
}  // namespace holdfast::journal

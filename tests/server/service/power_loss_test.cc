// The server's machine loses power between any two writes of everything it stores: enrollments, group commits
// of many devices, policies, tokens, revocations, contacts, checkpoints. By seed; of what was not synced
// parts are there, torn and in any order. What was answered is there, and what is there is whole.
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/sqlite/database.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

class Machine {
 public:
  explicit Machine(uint64_t seed) : random_{seed} { token_ = world_.MakeToken({.quota = 100}); }

  sim::MemoryVfs& disk() { return world_.disk; }
  // Steps of a small workload until the disk fails.
  void Run(int steps) {
    for (int i = 0; i < steps && !world_.disk.halted(); ++i) Step(random_.Below(12));
  }
  void PowerFails(sim::Loss loss) {
    world_.disk.Halt();
    world_.Restart(loss);
  }

  void Check() {
    const auto db = sqlite::Database::Open({.path = "fleet.db", .vfs = world_.disk.name()});
    ASSERT_TRUE(db.ok()) << db.status();
    EXPECT_EQ((*db)->QueryText("PRAGMA integrity_check").value_or("unreadable"), "ok");
    for (auto& [name, device] : devices_) CheckDevice(name, device);
    if (policy_ > 0) {
      const auto stored = world_.core->GetPolicy(kAdmin, {});
      ASSERT_TRUE(stored.ok()) << stored.status();
      EXPECT_GE(stored->policy.version, policy_);
    }
    std::map<std::string, bool> tokens;
    const std::vector<EnrollmentToken> kept = *world_.core->ListEnrollmentTokens(kAdmin);
    for (const EnrollmentToken& token : kept) tokens[token.id] = token.revoked;
    for (const std::string& id : tokens_)
      EXPECT_TRUE(tokens.count(id)) << "a token that was given out is gone";
    for (const std::string& id : revoked_tokens_) EXPECT_TRUE(tokens[id]) << "a revocation is forgotten";
    EXPECT_GE(world_.core->ListAudit(kAdmin, {.page_size = 1000})->entries.size(), audited_);
  }

  // Each device sends what the server has not, and is believed.
  void Settle() {
    for (auto& [name, device] : devices_) {
      if (revoked_.count(name)) continue;
      const auto answer = device.SyncNow();
      ASSERT_TRUE(answer.ok()) << name << ": " << answer.status();
      EXPECT_EQ(answer->acked_through, device.rows.size());
      for (const char* never : {"chain_fork", "chain_break", "journal_gap", "clone_conflict"}) {
        EXPECT_TRUE(world_.IncidentsOf(device.id, never).empty()) << name << ": " << never;
      }
    }
  }

 private:
  void Step(uint64_t choice) {
    if (devices_.empty() || choice == 0) return Enroll();
    if (choice < 7) return SyncSome();
    if (choice == 7) return PutPolicy();
    if (choice == 8) return MakeToken();
    if (choice == 9) return RevokeToken();
    if (choice == 10 && random_.Below(4) == 0) return RevokeDevice();
    world_.clock.Advance(absl::Minutes(random_.Below(30)));
    world_.core->Tick().IgnoreError();
  }
  void Enroll() {
    const std::string name = absl::StrCat("mac-", ++number_);
    TestDevice device(world_, name);
    if (!device.Enroll(token_).ok()) return;
    ++audited_;
    devices_.emplace(name, std::move(device));
  }
  // One group commit.
  void SyncSome() {
    std::vector<SyncCall> calls;
    std::vector<TestDevice*> who;
    for (auto& [name, device] : devices_) {
      if (revoked_.count(name) || random_.Below(2) == 0) continue;
      for (uint64_t i = random_.Below(30); i > 0; --i) {
        device.Write(SessionManagerRestarted{std::string(random_.Below(4000), 'x')});
      }
      device.WriteVerdict(random_.Below(2) == 0 ? TimeClass::kProtected : TimeClass::kViolation, "user");
      calls.push_back({device.AsPeer(), device.Request(device.acked + 1)});
      who.push_back(&device);
    }
    const auto answers = world_.core->SyncBatch(calls);
    for (size_t i = 0; i < answers.size(); ++i) {
      if (answers[i].ok()) who[i]->acked = answers[i]->acked_through;
    }
  }
  void PutPolicy() {
    const uint64_t version = policy_tried_ = std::max(policy_tried_, policy_) + 1;
    if (!world_.core->PutPolicy(kAdmin, {.document = absl::StrCat("policyVersion: ", version, "\n")}).ok())
      return;
    policy_ = version;
    ++audited_;
  }
  void MakeToken() {
    const auto token = world_.core->CreateEnrollmentToken(kAdmin, {});
    if (!token.ok()) return;
    tokens_.insert(token->token.id);
    ++audited_;
  }
  void RevokeToken() {
    if (tokens_.empty()) return;
    if (world_.core->RevokeEnrollmentToken(kAdmin, *tokens_.begin()).ok())
      revoked_tokens_.insert(*tokens_.begin());
  }
  void RevokeDevice() {
    const std::string& name = devices_.begin()->first;
    const bool asked = revoked_.insert(name).second;
    if (asked && world_.core->RevokeDevice(kAdmin, {name, "lost"}).ok()) revocation_answered_.insert(name);
  }

  void CheckDevice(const std::string& name, TestDevice& device) {
    SCOPED_TRACE(name);
    const auto known = world_.core->GetDevice(kAdmin, device.id.ToString());
    ASSERT_TRUE(known.ok()) << "an enrollment that was answered is gone: " << known.status();
    if (revocation_answered_.count(name)) EXPECT_TRUE(known->revoked);
    EXPECT_GE(known->stored_through, device.acked) << "acknowledged and lost";
    std::vector<Sha256Digest> there, here;
    ListHistoryRequest request{.device = device.id.ToString(), .page_size = 1000, .ascending = true};
    do {
      const auto page = world_.core->ListHistory(kAdmin, request);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const HistoryRow& row : page->rows) there.push_back(row.hash);
      request.page_token = page->next_page_token;
    } while (!request.page_token.empty());
    for (size_t i = 0; i < std::min(there.size(), device.rows.size()); ++i)
      here.push_back(device.rows[i].hash);
    EXPECT_EQ(there.size(), known->stored_through) << "rows and chain are one";
    EXPECT_EQ(there, here) << "whole, in order, as they were sent";
    device.acked = known->stored_through;
  }

  World world_;
  SplitMix64 random_;
  std::string token_;
  int number_ = 0;
  std::map<std::string, TestDevice> devices_;
  std::set<std::string> revoked_, revocation_answered_, tokens_, revoked_tokens_;
  uint64_t policy_ = 0, policy_tried_ = 0;
  size_t audited_ = 0;
};

constexpr int kSteps = 25;

// How many calls a seed's workload makes when nothing fails.
uint64_t CallsOf(uint64_t seed, sim::Op op) {
  Machine machine(seed);
  const uint64_t before = machine.disk().count(op);
  machine.Run(kSteps);
  return machine.disk().count(op) - before;
}

void FailAndRecover(uint64_t seed, sim::Op op, uint64_t nth, sim::Loss loss) {
  SCOPED_TRACE(absl::StrCat("seed ", seed, ", call ", nth, ", loss ", static_cast<int>(loss)));
  Machine machine(seed);
  machine.disk().HaltAt(op, nth);
  machine.Run(kSteps);
  machine.PowerFails(loss);
  machine.Check();
  machine.Run(kSteps / 2);
  machine.Settle();
  machine.Check();
}

TEST(ServerPowerLoss, AtRandomWritesInsideTransactions) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SplitMix64 random{seed * 31};
    const uint64_t writes = CallsOf(seed, sim::Op::kWrite);
    ASSERT_GT(writes, 50u);
    for (int cut = 0; cut < 3; ++cut) {
      FailAndRecover(seed, sim::Op::kWrite, 1 + random.Below(writes),
                     cut == 0 ? sim::Loss::kUnsynced : sim::Loss::kSomeUnsynced);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(ServerPowerLoss, AtEverySyncOfSomeLives) {
  for (uint64_t seed = 101; seed <= 104; ++seed) {
    const uint64_t syncs = CallsOf(seed, sim::Op::kSync);
    ASSERT_GT(syncs, 5u);
    for (uint64_t nth = 1; nth <= syncs; ++nth) {
      FailAndRecover(seed, sim::Op::kSync, nth, sim::Loss::kSomeUnsynced);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace holdfast::server

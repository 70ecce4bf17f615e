#include "tests/storage/fleet/memory_store.h"

namespace holdfast::fleet {
namespace {

class RolloutStore : public StoreTest {
 protected:
  void Hand(const std::string& name, HandedState state, int64_t at, bool counted = true,
            const std::string& group = "lab", uint64_t version = 2) {
    ASSERT_TRUE(store->PutHanded(Key(name), {group, version, state, {at}, counted}).ok());
  }
  DeviceKey Key(const std::string& name) {
    const auto found = *store->FindDevice(Uuid::FromName(name));
    return found ? found->key : Add(name);
  }
};

TEST_F(RolloutStore, KeepsEveryField) {
  RolloutRecord put{.group = "lab",
                    .version = 2,
                    .percent = 10,
                    .halt_on_failure_rate = 2.5,
                    .halted = ServerTime{7},
                    .halted_by = "server",
                    .halted_why = "too many",
                    .counted_from = ServerTime{5},
                    .expected_millionths = 1500000};
  ASSERT_TRUE(store->PutRollout(put).ok());
  const auto got = *store->FindRollout("lab", 2);
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->group, "lab");
  EXPECT_EQ(got->version, 2u);
  EXPECT_EQ(got->percent, 10);
  EXPECT_EQ(got->halt_on_failure_rate, 2.5);
  EXPECT_EQ(got->halted, ServerTime{7});
  EXPECT_EQ(got->halted_by, "server");
  EXPECT_EQ(got->halted_why, "too many");
  EXPECT_EQ(got->counted_from, ServerTime{5});
  EXPECT_EQ(got->expected_millionths, 1500000);
  put.halted.reset();
  ASSERT_TRUE(store->PutRollout(put).ok());
  EXPECT_EQ((*store->FindRollout("lab", 2))->halted, std::nullopt);
  EXPECT_FALSE((*store->FindRollout("lab", 3)).has_value());
  EXPECT_FALSE((*store->FindRollout("", 2)).has_value());
}

TEST_F(RolloutStore, ADeviceHasTheNewestThatItWasHanded) {
  EXPECT_FALSE((*store->FindHanded(Key("a"))).has_value());
  Hand("a", HandedState::kApplied, 3, true, "lab", 2);
  Hand("a", HandedState::kOffered, 9, false, "lab", 3);
  const auto got = *store->FindHanded(Key("a"));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->group, "lab");
  EXPECT_EQ(got->version, 3u);
  EXPECT_EQ(got->state, HandedState::kOffered);
  EXPECT_EQ(got->at, ServerTime{9});
  EXPECT_FALSE(got->counted);
}

TEST_F(RolloutStore, CountsTheDevicesOfOneVersion) {
  Hand("a", HandedState::kOffered, 10);
  Hand("b", HandedState::kApplied, 20);
  Hand("c", HandedState::kApplied, 20, /*counted=*/false);
  Hand("d", HandedState::kApplied, 4);  // before what counts
  Hand("e", HandedState::kRejected, 20);
  Hand("f", HandedState::kViolation, 20);
  Hand("g", HandedState::kSilent, 15);
  Hand("h", HandedState::kViolation, 20, true, "lab", 3);
  Hand("i", HandedState::kViolation, 20, true, "");
  const HandedCounts counts =
      *store->CountHanded({.group = "lab", .version = 2, .counted_from = ServerTime{5}}, ServerTime{15});
  EXPECT_EQ(counts.offered, 7);
  EXPECT_EQ(counts.pending, 1);
  EXPECT_EQ(counts.applied, 3);
  EXPECT_EQ(counts.rejected, 1);
  EXPECT_EQ(counts.violations, 1);
  EXPECT_EQ(counts.silent, 1);
  EXPECT_EQ(counts.counted, 5);
  EXPECT_EQ(counts.failed, 3);
  EXPECT_EQ(counts.watched, 2) << "b and f: handed after 15, and not rejected";
}

}  // namespace
}  // namespace holdfast::fleet

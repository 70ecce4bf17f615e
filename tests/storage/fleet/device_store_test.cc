#include "storage/fleet/sqlite/device_row.h"
#include "tests/storage/fleet/memory_store.h"

namespace holdfast::fleet {
namespace {

using ::testing::ElementsAre;

class DeviceStore : public StoreTest {
 protected:
  std::vector<std::string> Names(DeviceQuery query) {
    std::vector<std::string> names;
    do {
      const auto page = store->ListDevices(query);
      EXPECT_TRUE(page.ok()) << page.status();
      for (const DeviceRecord& d : page->devices) names.push_back(d.hardware.hostname);
      query.after = page->next;
    } while (!query.after.empty());
    return names;
  }
};

TEST_F(DeviceStore, RoundTripsEveryField) {
  DeviceRecord d;
  d.id = Uuid::FromName("x");
  d.hardware = {"serial", "uuid", "model", "15.6", "24G84", "Host"};
  d.agent_version = "0.1.0";
  d.group = "lab";
  d.enrolled = {5};
  d.revoked = ServerTime{6};
  d.last_seen = {7};
  d.posture = TimeClass::kViolation;
  d.open_incidents = 3;
  d.policy_version = UINT64_MAX;
  d.policy_state = "applied";
  d.clock_offset_ns = -8;
  d.asleep = true;
  d.key = *store->AddDevice(d);
  const auto read = *store->FindDevice(d.id);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->hardware, d.hardware);
  EXPECT_EQ(read->agent_version, "0.1.0");
  EXPECT_EQ(read->group, "lab");
  EXPECT_EQ(read->enrolled, d.enrolled);
  EXPECT_EQ(read->revoked, d.revoked);
  EXPECT_EQ(read->last_seen, d.last_seen);
  EXPECT_EQ(read->posture, d.posture);
  EXPECT_EQ(read->open_incidents, 3);
  EXPECT_EQ(read->policy_version, UINT64_MAX);
  EXPECT_EQ(read->policy_state, "applied");
  EXPECT_EQ(read->clock_offset_ns, -8);
  EXPECT_TRUE(read->asleep);
  d.revoked.reset();
  ASSERT_TRUE(store->UpdateDevice(d).ok());
  EXPECT_FALSE((*store->FindDevice(d.id))->revoked.has_value());
  EXPECT_EQ((*store->DeviceByKey(d.key))->id, d.id);
}

TEST_F(DeviceStore, EqualSortValuesPageByKey) {
  for (const char* name : {"same", "same2", "same3", "same4", "same5"}) Add(name);
  for (const bool descending : {false, true}) {
    const auto names = Names({.order = DeviceOrder::kPosture, .descending = descending, .limit = 2});
    EXPECT_EQ(names.size(), 5u);
    EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 5u);
  }
}

TEST_F(DeviceStore, NamesSortWithoutRegardToCase) {
  for (const char* name : {"beta", "Alpha", "Gamma"}) Add(name);
  EXPECT_THAT(Names({}), ElementsAre("Alpha", "beta", "Gamma"));
}

TEST_F(DeviceStore, FiltersCombine) {
  Add("mac-1", "lab");
  Add("mac-2", "lab");
  Add("mac-12", "");
  const DeviceQuery query{.text = "MAC-1", .groups = {"lab"}};
  EXPECT_THAT(Names(query), ElementsAre("mac-1"));
  EXPECT_EQ(*store->CountDevices(query), 1);
  EXPECT_EQ(*store->CountDevices({.text = "serial-mac"}), 3);
  EXPECT_EQ(*store->CountDevices({.text = "%"}), 0) << "a wildcard is a character like any other";
}

TEST_F(DeviceStore, LastSeenBetweenIsHalfOpen) {
  const DeviceKey key = Add("x");
  const Contact contact{key, {100}, 0, false};
  ASSERT_TRUE(store->SaveContacts({&contact, 1}).ok());
  EXPECT_EQ(store->LastSeenBetween({100}, {101})->size(), 1u);
  EXPECT_EQ(store->LastSeenBetween({99}, {100})->size(), 0u);
}

TEST_F(DeviceStore, VersionKeysSortAsVersionsDo) {
  const std::vector<std::string> ordered = {"0.9", "0.9.1", "0.10.0", "1.0.0", "10.0.0"};
  for (size_t i = 1; i < ordered.size(); ++i) {
    EXPECT_LT(VersionKey(ordered[i - 1]), VersionKey(ordered[i])) << ordered[i];
  }
}

TEST_F(DeviceStore, RolledBackTransactionLeavesNothing) {
  {
    auto transaction = Transaction::Begin(*store);
    ASSERT_TRUE(transaction.ok());
    Add("x");
    EXPECT_EQ(*store->CountDevices({}), 1) << "reads see the transaction's own writes";
  }
  EXPECT_EQ(*store->CountDevices({}), 0);
  auto transaction = Transaction::Begin(*store);
  Add("y");
  ASSERT_TRUE(transaction->Commit().ok());
  EXPECT_EQ(*store->CountDevices({}), 1);
}

}  // namespace
}  // namespace holdfast::fleet

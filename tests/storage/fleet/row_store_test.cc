#include "tests/storage/fleet/memory_store.h"

namespace holdfast::fleet {
namespace {

class RowStore : public StoreTest {
 protected:
  StoredRow Row(DeviceKey device, uint64_t seq) {
    StoredRow r{.device = device, .chain = 1, .at = {10}, .uncertainty_ns = 11, .received = {12}};
    r.row = {.epoch = kEpoch, .seq = seq, .kind = 50, .payload_version = 2};
    r.row.at = {.boot = {{1, 2}}, .mono = {-3}, .wall = {INT64_MAX}};
    r.row.subject = "subject";
    r.row.payload = std::string("\0\xff", 2);
    r.row.hash = Sha256("x");
    return r;
  }
  static constexpr Epoch kEpoch = 0xF000000000000001;
};

TEST_F(RowStore, RoundTripsEveryColumn) {
  const DeviceKey device = Add("a");
  ChainRecord chain{.device = device, .epoch = kEpoch};
  ASSERT_TRUE(store->AddChain(chain).ok());
  EXPECT_EQ(chain.ordinal, 1);
  const StoredRow row = Row(device, 1);
  ASSERT_TRUE(store->AddRows({&row, 1}).ok());
  const auto read = *store->FindRow(device, 1, 1);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->row, row.row);
  EXPECT_EQ(read->at, row.at);
  EXPECT_EQ(read->uncertainty_ns, 11);
  EXPECT_EQ(read->received, row.received);
}

TEST_F(RowStore, ARowIsStoredOnce) {
  const DeviceKey device = Add("a");
  const StoredRow row = Row(device, 1);
  ASSERT_TRUE(store->AddRows({&row, 1}).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(store->AddRows({&row, 1})));
}

// A client's message holds four megabytes, and a device may write rows of one.
TEST_F(RowStore, APageOfLargeRowsIsShorterAndGoesOn) {
  const DeviceKey device = Add("a");
  ChainRecord chain{.device = device, .epoch = kEpoch};
  ASSERT_TRUE(store->AddChain(chain).ok());
  for (uint64_t seq = 1; seq <= 7; ++seq) {
    StoredRow row = Row(device, seq);
    row.row.payload = std::string(size_t{1} << 20, 'x');
    ASSERT_TRUE(store->AddRows({&row, 1}).ok());
  }
  RowQuery query{.device = device, .kinds = {}, .ascending = true, .limit = 100, .after = {}};
  std::vector<uint64_t> seen;
  do {
    const RowPage page = *store->ListRows(query);
    EXPECT_LE(page.rows.size(), 3u);
    for (const StoredRow& row : page.rows) seen.push_back(row.row.seq);
    query.after = page.next;
  } while (!query.after.empty() && seen.size() < 100);
  EXPECT_EQ(seen, (std::vector<uint64_t>{1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(RowStore, ChainsAreNumberedPerDevice) {
  const DeviceKey a = Add("a"), b = Add("b");
  for (const auto& [device, epoch, ordinal] :
       std::vector<std::tuple<DeviceKey, Epoch, int64_t>>{{a, 9, 1}, {a, 3, 2}, {b, 9, 1}}) {
    ChainRecord chain{.device = device, .epoch = epoch};
    ASSERT_TRUE(store->AddChain(chain).ok());
    EXPECT_EQ(chain.ordinal, ordinal);
  }
  ChainRecord again{.device = a, .epoch = 9};
  EXPECT_TRUE(absl::IsAlreadyExists(store->AddChain(again)));
  ChainRecord first = (*store->ChainsOf(a))[0];
  first.seq = UINT64_MAX;
  ASSERT_TRUE(store->UpdateChain(first).ok());
  EXPECT_EQ((*store->ChainsOf(a))[0].seq, UINT64_MAX);
}

TEST_F(RowStore, NewestAnchorOfABootIsKept) {
  const DeviceKey device = Add("a");
  for (int64_t mono : {1, 2}) {
    ASSERT_TRUE(store->PutAnchor(device, {.boot = {{7}}, .mono = {mono}, .server = {5}}).ok());
  }
  EXPECT_EQ((*store->FindAnchor(device, {{7}}))->mono.ns, 2);
  EXPECT_FALSE(store->FindAnchor(device, {{8}})->has_value());
}

TEST_F(RowStore, ServersOwnIncidentsAreNumbered) {
  const DeviceKey device = Add("a");
  Incident incident;
  incident.name = "chain_fork";
  ASSERT_TRUE(store->OpenIncident(device, incident).ok());
  ASSERT_TRUE(store->OpenIncident(device, incident).ok());
  incident.id = {.epoch = 5, .seq = 9};
  ASSERT_TRUE(store->OpenIncident(device, incident).ok());
  ASSERT_TRUE(store->OpenIncident(device, incident).ok()) << "the same row again changes nothing";
  const auto open = *store->OpenIncidentsOf(device);
  ASSERT_EQ(open.size(), 3u);
  EXPECT_EQ(open[0].id.seq, 1u);
  EXPECT_EQ(open[1].id.seq, 2u);
  ASSERT_TRUE(store->CloseIncident(device, 5, 9, {100}, "done").ok());
  ASSERT_TRUE(store->CloseIncident(device, 5, 9, {200}, "again").ok());
  const auto all = *store->ListIncidents({.name = "chain_fork"});
  EXPECT_EQ(all.incidents[0].closed, ServerTime{100});
}

}  // namespace
}  // namespace holdfast::fleet

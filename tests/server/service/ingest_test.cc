// Each row once, in order, untouched: whatever the network or the device does.
#include "base/error.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::SizeIs;

class Ingest : public ::testing::Test {
 protected:
  Ingest() {
    device.EnrollNow();
    for (int i = 0; i < 10; ++i) {
      device.Advance(absl::Seconds(1));
      device.WriteVerdict(i % 2 == 0 ? TimeClass::kProtected : TimeClass::kViolation,
                          i % 2 == 0 ? "" : "user");
    }
  }
  std::vector<HistoryRow> Stored() {
    ListHistoryRequest request;
    request.device = device.id.ToString();
    request.ascending = true;
    return world.core->ListHistory(kAdmin, request)->rows;
  }
  ErrorReason Refusal(const wire::SyncRequest& request) { return ReasonOf(device.Sync(request).status()); }

  World world;
  TestDevice device{world, "alpha"};
};

TEST_F(Ingest, AcknowledgesWhatItStored) {
  EXPECT_EQ(device.SyncNow()->acked_through, 10u);
  const auto rows = Stored();
  ASSERT_THAT(rows, SizeIs(10));
  EXPECT_EQ(rows[9].seq, 10u);
  EXPECT_EQ(rows[9].hash, device.rows[9].hash);
  EXPECT_EQ(rows[9].epoch, device.epoch);
}

TEST_F(Ingest, StoresADoubledMessageOnce) {
  const auto request = device.Request(1);
  EXPECT_EQ(device.Sync(request)->acked_through, 10u);
  EXPECT_EQ(device.Sync(request)->acked_through, 10u);
  EXPECT_THAT(Stored(), SizeIs(10));
}

TEST_F(Ingest, TakesTheNewPartOfAnOverlappingFrame) {
  EXPECT_EQ(device.Sync(device.Request(1, 6))->acked_through, 6u);
  // The answer was lost: the device sends from the start.
  EXPECT_EQ(device.Sync(device.Request(1))->acked_through, 10u);
  EXPECT_THAT(Stored(), SizeIs(10));
}

TEST_F(Ingest, ReorderedFramesEndUpInOrder) {
  const auto first = device.Request(1, 5);
  const auto second = device.Request(6, 10);
  EXPECT_EQ(Refusal(second), ErrorReason::kSequenceGap);
  EXPECT_EQ(device.Sync(first)->acked_through, 5u);
  EXPECT_EQ(device.Sync(second)->acked_through, 10u);
  EXPECT_THAT(Stored(), SizeIs(10));
  EXPECT_THAT(world.IncidentsOf(device.id, "journal_gap"), SizeIs(0));
}

TEST_F(Ingest, AnswersAGapWithWhatIsStoredSoThatTheDeviceResends) {
  ASSERT_EQ(device.Sync(device.Request(1, 3))->acked_through, 3u);
  EXPECT_EQ(Refusal(device.Request(6)), ErrorReason::kSequenceGap);
  EXPECT_EQ(device.Sync(device.Request(1, 0))->acked_through, 10u);
  EXPECT_THAT(world.IncidentsOf(device.id, "journal_gap"), SizeIs(0));
}

TEST_F(Ingest, AcceptsAHoleOnceTheDeviceWasToldAndStillBeginsLater) {
  ASSERT_EQ(device.Sync(device.Request(1, 3))->acked_through, 3u);
  EXPECT_EQ(Refusal(device.Request(6)), ErrorReason::kSequenceGap);
  EXPECT_EQ(Refusal(device.Request(6)), ErrorReason::kSequenceGap) << "not told yet";
  auto asking = device.Request(11);
  EXPECT_EQ(device.Sync(asking)->acked_through, 3u);
  EXPECT_EQ(device.Sync(device.Request(6))->acked_through, 10u);
  EXPECT_THAT(Stored(), SizeIs(8));
  ASSERT_THAT(world.IncidentsOf(device.id, "journal_gap"), SizeIs(1));
  // The missing rows, arriving after all, change nothing.
  EXPECT_EQ(device.Sync(device.Request(4, 5))->acked_through, 10u);
  EXPECT_THAT(Stored(), SizeIs(8));
}

TEST_F(Ingest, AcceptsAHoleThatTheDeviceQuarantined) {
  ASSERT_EQ(device.Sync(device.Request(1, 3))->acked_through, 3u);
  auto request = device.Request(6);
  request.quarantined = {{4, 5, "refused"}};
  EXPECT_EQ(device.Sync(request)->acked_through, 10u);
  EXPECT_THAT(world.IncidentsOf(device.id, "journal_gap"), SizeIs(1));
}

TEST_F(Ingest, ForkedRowIsRefusedAndRaisesAnIncident) {
  ASSERT_TRUE(device.SyncNow().ok());
  // The last rows are written anew: each matches its hash, and the story is another one.
  device.rows.resize(8);
  device.WriteVerdict(TimeClass::kProtected, "rewritten");
  device.WriteVerdict(TimeClass::kProtected, "rewritten");
  EXPECT_EQ(Refusal(device.Request(9)), ErrorReason::kChainFork);
  EXPECT_EQ(Refusal(device.Request(9, 9)), ErrorReason::kChainFork);
  device.WriteVerdict(TimeClass::kProtected, "rewritten");
  EXPECT_EQ(Refusal(device.Request(11)), ErrorReason::kChainFork);
  ASSERT_THAT(world.IncidentsOf(device.id, "chain_fork"), SizeIs(1));
  EXPECT_THAT(Stored(), SizeIs(10));
  EXPECT_EQ(world.core->GetDevice(kAdmin, "alpha")->open_incidents, 1);
}

TEST_F(Ingest, LogThatEndsBeforeWhatIsStoredWasRolledBack) {
  ASSERT_TRUE(device.SyncNow().ok());
  device.rows.resize(4);
  EXPECT_EQ(Refusal(device.Request(5)), ErrorReason::kChainFork);
}

struct Tampering {
  const char* name;
  void (*change)(journal::Row&);
};

class TamperedColumn : public Ingest, public ::testing::WithParamInterface<Tampering> {};

TEST_P(TamperedColumn, IsRefusedAndRaisesAnIncident) {
  ASSERT_EQ(device.Sync(device.Request(1, 3))->acked_through, 3u);
  auto request = device.Request(4);
  GetParam().change(request.frame->rows[2]);
  EXPECT_EQ(Refusal(request), ErrorReason::kBadRequest);
  EXPECT_THAT(Stored(), SizeIs(3)) << "nothing of a tampered frame is stored";
  EXPECT_EQ(device.SyncNow()->acked_through, 10u) << "the true rows are still welcome";
}

INSTANTIATE_TEST_SUITE_P(
    Columns, TamperedColumn,
    ::testing::Values(Tampering{"epoch", [](journal::Row& r) { ++r.epoch; }},
                      Tampering{"seq", [](journal::Row& r) { ++r.seq; }},
                      Tampering{"boot", [](journal::Row& r) { ++r.at.boot.bytes[15]; }},
                      Tampering{"mono", [](journal::Row& r) { ++r.at.mono.ns; }},
                      Tampering{"wall", [](journal::Row& r) { --r.at.wall.ns; }},
                      Tampering{"kind", [](journal::Row& r) { ++r.kind; }},
                      Tampering{"payload_version", [](journal::Row& r) { ++r.payload_version; }},
                      Tampering{"subject", [](journal::Row& r) { r.subject += "x"; }},
                      Tampering{"payload", [](journal::Row& r) { r.payload[0] = char(r.payload[0] ^ 1); }},
                      Tampering{"hash", [](journal::Row& r) { r.hash[31] ^= 1; }}),
    [](const auto& info) { return info.param.name; });

TEST_F(Ingest, ChangedRowRaisesOneChainBreakIncident) {
  for (int i = 0; i < 3; ++i) {
    auto request = device.Request(1);
    request.frame->rows[5].payload += "x";
    EXPECT_EQ(Refusal(request), ErrorReason::kBadRequest);
  }
  EXPECT_THAT(world.IncidentsOf(device.id, "chain_break"), SizeIs(1));
}

TEST_F(Ingest, ChangedPreviousHashIsNotBelieved) {
  auto request = device.Request(1);
  request.frame->previous_hash[0] ^= 1;
  EXPECT_EQ(Refusal(request), ErrorReason::kBadRequest);
}

TEST_F(Ingest, NewEpochBeginsAChainOfItsOwn) {
  ASSERT_TRUE(device.SyncNow().ok());
  const Epoch old = device.epoch;
  device.BeginEpoch();
  device.Write(EpochBegan{"set_aside: corrupt", old});
  device.WriteVerdict(TimeClass::kProtected);
  const auto answer = device.SyncNow();
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->epoch, device.epoch);
  EXPECT_EQ(answer->acked_through, 2u);
  const auto rows = Stored();
  ASSERT_THAT(rows, SizeIs(12));
  EXPECT_EQ(rows[11].epoch, device.epoch) << "epochs are listed in the order in which they began";
  EXPECT_EQ(world.core->GetDevice(kAdmin, "alpha")->epoch, device.epoch);
}

TEST_F(Ingest, LateCopyOfAnOldEpochIsAcknowledgedAndStoredOnce) {
  const auto old = device.Request(1);
  ASSERT_TRUE(device.Sync(old).ok());
  device.Advance(absl::Seconds(1));
  device.BeginEpoch();
  device.Write(EpochBegan{"re_enrolled", old.head.epoch});
  ASSERT_TRUE(device.SyncNow().ok());
  const auto answer = device.Sync(old);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->epoch, old.head.epoch);
  EXPECT_EQ(answer->acked_through, 10u);
  EXPECT_THAT(Stored(), SizeIs(11));
  EXPECT_THAT(world.IncidentsOf(device.id, "chain_fork"), SizeIs(0));
}

TEST_F(Ingest, MalformedFramesAreBadRequests) {
  auto empty = device.Request(1);
  empty.frame->rows.clear();
  EXPECT_EQ(Refusal(empty), ErrorReason::kBadRequest);
  auto zero = device.Request(1);
  zero.frame->rows[0].seq = 0;
  EXPECT_EQ(Refusal(zero), ErrorReason::kBadRequest);
  auto hole = device.Request(1);
  hole.frame->rows.erase(hole.frame->rows.begin() + 4);
  EXPECT_EQ(Refusal(hole), ErrorReason::kBadRequest);
}

TEST(IngestLimits, TooManyRowsOrBytesAreTooLarge) {
  ServerOptions options;
  options.limits.rows_per_frame = 3;
  options.limits.frame_bytes = 200;
  World world(options);
  TestDevice device(world, "alpha");
  device.EnrollNow();
  for (int i = 0; i < 4; ++i) device.Write(ClockJump{absl::Seconds(1)});
  EXPECT_EQ(ReasonOf(device.Sync(device.Request(1)).status()), ErrorReason::kTooLarge);
  EXPECT_EQ(device.Sync(device.Request(1, 3))->acked_through, 3u);
  device.Write(SessionManagerRestarted{std::string(300, 'x')});
  EXPECT_EQ(ReasonOf(device.Sync(device.Request(4)).status()), ErrorReason::kTooLarge);
}

TEST_F(Ingest, BatchAnswersEachCallOnItsOwn) {
  TestDevice other(world, "beta");
  other.EnrollNow();
  other.WriteVerdict(TimeClass::kProtected);
  auto tampered = device.Request(1);
  tampered.frame->rows[0].subject = "x";
  const auto answers = world.core->SyncBatch({{device.AsPeer(), tampered},
                                              {other.AsPeer(), other.Request(1)},
                                              {device.AsPeer(), device.Request(1, 4)},
                                              {device.AsPeer(), device.Request(5)}});
  ASSERT_THAT(answers, SizeIs(4));
  EXPECT_EQ(ReasonOf(answers[0].status()), ErrorReason::kBadRequest);
  EXPECT_EQ(answers[1]->acked_through, 1u);
  EXPECT_EQ(answers[2]->acked_through, 4u);
  EXPECT_EQ(answers[3]->acked_through, 10u) << "a later call sees what an earlier one stored";
}

TEST_F(Ingest, RowsOfUnknownKindsAreKept) {
  journal::Row row = device.rows.back();
  row.seq = 11;
  row.kind = 999;
  row.payload = "from the future";
  row.hash = journal::HashOf(row, device.rows.back().hash);
  device.rows.push_back(row);
  EXPECT_EQ(device.SyncNow()->acked_through, 11u);
  EXPECT_EQ(Stored().back().kind, "unknown");
}

TEST_F(Ingest, ListenerHearsEachNewRowOnceAfterTheCommit) {
  std::vector<uint64_t> heard;
  world.core->SetRowListener([&](const HistoryRow& row) {
    EXPECT_EQ(row.hostname, "alpha");
    heard.push_back(row.seq);
  });
  const auto request = device.Request(1, 4);
  ASSERT_TRUE(device.Sync(request).ok());
  ASSERT_TRUE(device.Sync(request).ok());
  EXPECT_THAT(heard, ::testing::ElementsAre(1, 2, 3, 4));
}

}  // namespace
}  // namespace holdfast::server

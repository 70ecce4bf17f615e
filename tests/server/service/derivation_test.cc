// What rows change beside themselves.
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::SizeIs;

class Derivation : public ::testing::Test {
 protected:
  Derivation() { device.EnrollNow(); }
  Device Seen() { return *world.core->GetDevice(kAdmin, device.id.ToString()); }

  World world;
  TestDevice device{world, "alpha"};
};

TEST_F(Derivation, PostureIsTheWorstCurrentVerdict) {
  device.WriteVerdict(TimeClass::kProtected, "", "corp");
  device.WriteVerdict(TimeClass::kViolation, "user", "lab");
  device.WriteVerdict(TimeClass::kUnknown, "starting", "mail");
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().posture, TimeClass::kViolation);
  device.WriteVerdict(TimeClass::kProtected, "", "lab");
  device.WriteVerdict(TimeClass::kNotRequired, "", "mail");
  ASSERT_TRUE(device.SyncNow().ok());
  const Device seen = Seen();
  EXPECT_EQ(seen.posture, TimeClass::kProtected);
  ASSERT_THAT(seen.services, SizeIs(3));
  EXPECT_EQ(seen.services[1].key, "lab");
  EXPECT_EQ(seen.services[1].time_class, TimeClass::kProtected);
}

TEST_F(Derivation, VerdictThatSaysTheSameAgainKeepsItsSince) {
  device.WriteVerdict(TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  const ServerTime since = Seen().services[0].since;
  device.Advance(absl::Seconds(30));
  device.WriteVerdict(TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().services[0].since, since);
  device.WriteVerdict(TimeClass::kViolation, "stuck");
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().services[0].since, since + absl::Seconds(30));
}

TEST_F(Derivation, StoppedAndStartedAgentsAreNotProtected) {
  device.WriteVerdict(TimeClass::kProtected);
  device.Write(AgentStopped{"shutdown"});
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().posture, TimeClass::kAsleepOrOff);
  device.Write(AgentStarted{"0.1.0", "24G84", std::nullopt, true});
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().posture, TimeClass::kUnknown);
  device.WriteVerdict(TimeClass::kProtected);
  device.Write(AgentStopped{"upgrade"});
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().services[0].cause, "agent_stopped");
}

TEST_F(Derivation, IncidentsOpenAndCloseByNumberAndByName) {
  device.Write(IncidentOpened{.name = "stuck_connecting", .severity = "warning", .key = "a", .summary = "s"});
  device.Write(IncidentOpened{.name = "stuck_connecting", .severity = "warning", .key = "b"});
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().open_incidents, 2);
  auto incidents = world.IncidentsOf(device.id, "stuck_connecting");
  ASSERT_THAT(incidents, SizeIs(2));
  EXPECT_EQ(incidents[1].id, (IncidentId{device.id, device.epoch, 1}));
  EXPECT_EQ(incidents[1].hostname, "alpha");
  device.Write(IncidentClosed{.name = "stuck_connecting", .key = "b", .reason = "connected"});
  device.Write(
      IncidentClosed{.name = "stuck_connecting", .key = "a", .opened_seq = 1, .reason = "connected"});
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().open_incidents, 0);
  incidents = world.IncidentsOf(device.id, "stuck_connecting");
  EXPECT_EQ(incidents[0].closed_reason, "connected");
}

TEST_F(Derivation, AtMostOneIncidentOfANameAndKeyIsOpen) {
  for (int i = 0; i < 3; ++i) device.Write(IncidentOpened{.name = "false_connected", .key = "a"});
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().open_incidents, 1);
}

TEST_F(Derivation, NewLogEndsIncidentsOfTheOldOne) {
  device.Write(IncidentOpened{.name = "stuck_connecting", .key = "a"});
  ASSERT_TRUE(device.SyncNow().ok());
  device.BeginEpoch();
  device.Write(EpochBegan{"set_aside: corrupt", std::nullopt});
  device.Write(IncidentOpened{.name = "stuck_connecting", .key = "b"});
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().open_incidents, 1);
}

TEST_F(Derivation, HistoryIsReadableFilteredAndPaged) {
  for (int i = 0; i < 25; ++i) {
    device.Advance(absl::Seconds(1));
    device.WriteVerdict(i % 2 == 0 ? TimeClass::kProtected : TimeClass::kViolation, "user");
    device.Write(ClockJump{absl::Seconds(i)});
  }
  ASSERT_TRUE(device.SyncNow().ok());
  ListHistoryRequest request;
  request.kinds = {"verdict"};
  request.page_size = 10;
  std::vector<uint64_t> seqs;
  for (const char* named : {"alpha", ""}) {
    seqs.clear();
    request.device = named;
    request.page_token.clear();
    do {
      const auto page = world.core->ListHistory(kAdmin, request);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const HistoryRow& row : page->rows) {
        EXPECT_EQ(row.kind, "verdict");
        EXPECT_EQ(row.hostname, "alpha");
        EXPECT_FALSE(row.text.empty());
        seqs.push_back(row.seq);
      }
      request.page_token = page->next_page_token;
    } while (!request.page_token.empty());
    ASSERT_THAT(seqs, SizeIs(25));
    EXPECT_EQ(seqs.front(), 49u);
    EXPECT_EQ(seqs.back(), 1u);
  }
  request.kinds = {"no_such_kind"};
  EXPECT_TRUE(absl::IsInvalidArgument(world.core->ListHistory(kAdmin, request).status()));
}

}  // namespace
}  // namespace holdfast::server

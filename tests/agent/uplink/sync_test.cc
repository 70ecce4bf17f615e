#include <set>

#include "tests/agent/uplink/fixture.h"

namespace holdfast::uplink {
namespace {

TEST_F(UplinkTest, TransitionsAreSentAtOnceAndTogether) {
  StartOnline();
  const size_t before = server_.syncs.size();
  for (int i = 0; i < 5; ++i) AddRows(1);
  time_.RunFor(absl::Milliseconds(200));
  EXPECT_TRUE(AllRowsArrived());
  EXPECT_LE(server_.syncs.size(), before + 2);
}

TEST_F(UplinkTest, AQuietAgentSendsAHeartbeatPerInterval) {
  StartOnline();
  const size_t before = server_.syncs.size();
  time_.RunFor(absl::Hours(1));
  EXPECT_GE(server_.syncs.size() - before, 55u);
  EXPECT_LE(server_.syncs.size() - before, 67u);
}

TEST_F(UplinkTest, AReplyMayLengthenTheHeartbeatButNotShortenIt) {
  server_.heartbeat = absl::Minutes(10);
  StartOnline();
  time_.RunFor(absl::Minutes(10));
  size_t before = server_.syncs.size();
  time_.RunFor(absl::Hours(2));
  EXPECT_LE(server_.syncs.size() - before, 14u);
  server_.heartbeat = absl::Seconds(1);
  time_.RunFor(absl::Minutes(20));
  before = server_.syncs.size();
  time_.RunFor(absl::Hours(1));
  EXPECT_LE(server_.syncs.size() - before, 67u);
}

TEST_F(UplinkTest, ThreeDaysOfflineAndBackLosesNothing) {
  StartOnline();
  server_.reachable = false;
  for (int day = 0; day < 3; ++day) {
    for (int hour = 0; hour < 24; ++hour) {
      AddRows(20);
      time_.RunFor(absl::Hours(1));
    }
  }
  EXPECT_EQ(uplink_->view().state, State::kBackingOff);
  server_.reachable = true;
  time_.RunFor(absl::Minutes(8));
  EXPECT_TRUE(AllRowsArrived());
  EXPECT_EQ(uplink_->view().state, State::kOnline);
}

TEST_F(UplinkTest, BackoffIsBoundedAndNeverHammers) {
  StartOnline();
  server_.reachable = false;
  const size_t before = server_.sync_times.size();
  time_.RunFor(absl::Hours(24));
  const size_t tries = server_.sync_times.size() - before;
  EXPECT_GE(tries, 24u * 60 / 8);  // 300 s and half of it, and 30 s until each failure is known
  EXPECT_LE(tries, 24u * 60 / 5 + 12);
}

TEST_F(UplinkTest, ANetworkThatIsBackIsTriedWithinSeconds) {
  StartOnline();
  server_.reachable = false;
  AddRows(1);
  time_.RunFor(absl::Hours(5));
  server_.reachable = true;
  while (!uplink_->view().next_try || *uplink_->view().next_try - time_.Now().mono < absl::Seconds(20)) {
    time_.RunFor(absl::Seconds(1));
  }
  uplink_->NetworkIsBack();
  time_.RunFor(absl::Seconds(6));
  EXPECT_TRUE(AllRowsArrived());
}

TEST_F(UplinkTest, ALostAnswerStoresTheRowsOnce) {
  StartOnline();
  server_.faults = {{.lose_answer = true}};
  AddRows(10);
  time_.RunFor(absl::Minutes(2));
  EXPECT_TRUE(AllRowsArrived());
  EXPECT_EQ(server_.epochs[journal_->head().epoch], journal_->head().seq);
}

TEST_F(UplinkTest, ADoubledMessageAndADoubledAnswerChangeNothing) {
  StartOnline();
  server_.faults = {{.process_twice = true}, {.answer_twice = true}};
  AddRows(10);
  time_.RunFor(absl::Seconds(1));
  AddRows(10);
  time_.RunFor(absl::Seconds(10));
  EXPECT_TRUE(AllRowsArrived());
  EXPECT_EQ(server_.epochs[journal_->head().epoch], journal_->head().seq);
  EXPECT_EQ(uplink_->view().state, State::kOnline);
}

TEST_F(UplinkTest, RetryAfterIsTheLeastItWaits) {
  StartOnline();
  server_.faults = {{WithRetryAfter(WithReason(absl::ResourceExhaustedError("busy"), ErrorReason::kThrottled),
                                    absl::Minutes(20))}};
  AddRows(1);
  time_.RunFor(absl::Seconds(1));
  const size_t before = server_.sync_times.size();
  uplink_->NetworkIsBack();  // no reason to come earlier than asked
  time_.RunFor(absl::Minutes(19));
  EXPECT_EQ(server_.sync_times.size(), before);
  time_.RunFor(absl::Minutes(12));
  EXPECT_TRUE(AllRowsArrived());
}

TEST_F(UplinkTest, TooLargeIsHalvedUntilItFits) {
  StartOnline();
  server_.most_rows = 7;
  AddRows(500);
  time_.RunFor(absl::Minutes(2));
  EXPECT_TRUE(AllRowsArrived());
  EXPECT_EQ(host_.Opened("journal_gap"), 0);
}

TEST_F(UplinkTest, BigBatchesAreCut) {
  AddRows(400, 10'000);
  StartOnline();
  EXPECT_TRUE(AllRowsArrived());
  for (const wire::SyncRequest& request : server_.syncs) {
    if (request.frame) EXPECT_LE(request.frame->rows.size(), 100u);
  }
}

TEST_F(UplinkTest, ARowThatIsRefusedForGoodIsQuarantinedAndTheRestGoesOn) {
  StartOnline();
  const uint64_t first = journal_->head().seq + 1;
  server_.poison = {first + 4};
  AddRows(20);
  time_.RunFor(absl::Minutes(2));
  EXPECT_EQ(host_.Opened("journal_gap"), 1);
  EXPECT_FALSE(host_.incidents.back().open);
  EXPECT_EQ(server_.rows.count(first + 4), 0u);
  EXPECT_EQ(server_.rows.size(), journal_->head().seq - 1);
  int told = 0;
  for (const wire::SyncRequest& request : server_.syncs) {
    for (const wire::Quarantined& q : request.quarantined) told += q.first_seq == first + 4;
  }
  EXPECT_GE(told, 1);
  EXPECT_EQ(journal_->acked_through(), journal_->head().seq);

  // It is not sent again, by the next process neither.
  const size_t before = server_.syncs.size();
  StartUplink();
  AddRows(1);
  time_.RunFor(absl::Minutes(2));
  for (size_t i = before; i < server_.syncs.size(); ++i) {
    if (!server_.syncs[i].frame) continue;
    for (const journal::Row& row : server_.syncs[i].frame->rows) EXPECT_NE(row.seq, first + 4);
  }
}

TEST_F(UplinkTest, AServerThatRefusesEverythingDoesNotEmptyTheJournal) {
  StartOnline();
  for (uint64_t seq = 0; seq < 2000; ++seq) server_.poison.insert(seq);
  AddRows(500);
  time_.RunFor(absl::Hours(1));
  EXPECT_LE(host_.Opened("journal_gap"), 25);
}

TEST_F(UplinkTest, ASectionThatIsRefusedDoesNotStopTheRows) {
  StartOnline();
  server_.poison_section = "checks";
  host_.sections.push_back({"checks", "something odd", {}});
  AddRows(5);
  time_.RunFor(absl::Minutes(1));
  EXPECT_TRUE(AllRowsArrived());
  EXPECT_EQ(host_.Opened("journal_gap"), 0);
}

TEST_F(UplinkTest, SectionsAreSentWhenTheyChange) {
  StartOnline();
  EXPECT_EQ(server_.syncs.front().sections.size(), 2u);
  AddRows(1);
  time_.RunFor(absl::Seconds(1));
  EXPECT_TRUE(server_.syncs.back().sections.empty());
  host_.sections[0].body = "{\"changed\":true}";
  AddRows(1);
  time_.RunFor(absl::Seconds(1));
  ASSERT_EQ(server_.syncs.back().sections.size(), 1u);
  EXPECT_EQ(server_.syncs.back().sections[0].hash, Sha256(host_.sections[0].body));
}

TEST_F(UplinkTest, FullStateIsSentWhenAskedFor) {
  StartOnline();
  server_.want_full_state = true;
  AddRows(1);
  time_.RunFor(absl::Seconds(2));
  EXPECT_EQ(server_.syncs.back().sections.size(), 2u);
}

TEST_F(UplinkTest, MessageNumbersGrowByOneAndNeverRepeatAcrossARestart) {
  StartOnline();
  AddRows(1);
  time_.RunFor(absl::Minutes(5));
  StartUplink();
  time_.RunFor(absl::Minutes(5));
  std::set<uint64_t> numbers;
  for (const wire::SyncRequest& request : server_.syncs) numbers.insert(request.message_number);
  EXPECT_EQ(numbers.size(), server_.syncs.size());
  EXPECT_EQ(server_.syncs[1].message_number, server_.syncs[0].message_number + 1);
}

TEST_F(UplinkTest, AnAnchorTellsTheServersTimeAtTheMiddleOfTheRoundTrip) {
  server_.server_ahead = absl::Hours(3);
  server_.latency = absl::Milliseconds(200);
  StartOnline();
  AddRows(1);
  time_.RunFor(absl::Seconds(5));
  const wire::SyncRequest& last = server_.syncs.back();
  ASSERT_TRUE(last.anchor.has_value());
  EXPECT_EQ(last.anchor->round_trip, absl::Milliseconds(200));
  // The fake server reads its clock on arrival, which it reaches at once.
  const absl::Duration offset = absl::Nanoseconds(last.anchor->server_time.ns - last.sent.wall.ns) +
                                (last.sent.mono - last.anchor->mono);
  EXPECT_NEAR(absl::ToDoubleSeconds(offset), absl::ToDoubleSeconds(absl::Hours(3)), 0.11);
}

TEST_F(UplinkTest, ARestoredServerGetsItsRowsAgain) {
  StartOnline();
  AddRows(50);
  time_.RunFor(absl::Seconds(1));
  ASSERT_TRUE(AllRowsArrived());
  server_.ForgetRowsAbove(10);
  AddRows(1);
  time_.RunFor(absl::Minutes(1));
  EXPECT_TRUE(AllRowsArrived());
  EXPECT_EQ(host_.Opened("chain_fork"), 0);
}

TEST_F(UplinkTest, AForkBeginsANewEpochWithAnIncident) {
  StartOnline();
  const Epoch before = journal_->head().epoch;
  server_.faults = {{WithReason(absl::DataLossError("row 3 differs"), ErrorReason::kChainFork)}};
  AddRows(1);
  time_.RunFor(absl::Minutes(1));
  EXPECT_NE(journal_->head().epoch, before);
  EXPECT_EQ(host_.Opened("chain_fork"), 1);
  EXPECT_TRUE(AllRowsArrived());
}

TEST_F(UplinkTest, AJournalOlderThanTheServerBeginsANewEpoch) {
  StartOnline();
  const Epoch before = journal_->head().epoch;
  server_.PretendToHave(1000);
  AddRows(1);
  time_.RunFor(absl::Minutes(1));
  EXPECT_NE(journal_->head().epoch, before);
  EXPECT_EQ(host_.Opened("chain_fork"), 1);
  EXPECT_TRUE(AllRowsArrived());
}

TEST_F(UplinkTest, ANudgeBringsASyncWithinItsJitter) {
  StartOnline();
  ASSERT_EQ(server_.watches, 1);
  while (*uplink_->view().next_try - time_.Now().mono < absl::Seconds(20)) time_.RunFor(absl::Seconds(5));
  const size_t before = server_.syncs.size();
  server_.Nudge(absl::Seconds(10));
  time_.RunFor(absl::Milliseconds(10'100));
  EXPECT_EQ(server_.syncs.size(), before + 1);
}

TEST_F(UplinkTest, ACutStreamIsOpenedAgainWithBackoff) {
  StartOnline();
  for (int i = 0; i < 4; ++i) {
    server_.CutWatch(absl::UnavailableError("connection age"));
    time_.RunFor(absl::Seconds(20));
  }
  EXPECT_GE(server_.watches, 4);
  EXPECT_LE(server_.watches, 5);
}

TEST_F(UplinkTest, SaysGoodbyeWithItsLastRows) {
  StartOnline();
  AddRows(3);
  bool done = false;
  uplink_->SayGoodbye(wire::Goodbye::kShutdown, [&done] { done = true; });
  time_.RunFor(absl::Seconds(3));
  EXPECT_TRUE(done);
  EXPECT_EQ(server_.syncs.back().goodbye, wire::Goodbye::kShutdown);
  EXPECT_EQ(server_.rows.size(), journal_->head().seq);
  const size_t before = server_.syncs.size();
  time_.RunFor(absl::Hours(1));
  EXPECT_EQ(server_.syncs.size(), before);
}

TEST_F(UplinkTest, GoodbyeDoesNotWaitForAServerThatIsGone) {
  StartOnline();
  server_.reachable = false;
  bool done = false;
  uplink_->SayGoodbye(wire::Goodbye::kStop, [&done] { done = true; });
  time_.RunFor(absl::Milliseconds(2500));
  EXPECT_TRUE(done);
}

TEST_F(UplinkTest, AfterASleepItGoesOn) {
  StartOnline();
  uplink_->SayGoodbye(wire::Goodbye::kSleep, [] {});
  time_.RunFor(absl::Hours(8));
  AddRows(1);
  uplink_->NetworkIsBack();
  time_.RunFor(absl::Minutes(2));
  EXPECT_TRUE(AllRowsArrived());
}

TEST_F(UplinkTest, DroppedInTheMiddleOfAnythingTheNextProcessGoesOn) {
  StartOnline();
  for (int step = 0; step < 60; ++step) {
    AddRows(2);
    for (int i = 0; i < step % 12; ++i) time_.RunOne();
    StartUplink();
  }
  time_.RunFor(absl::Minutes(2));
  EXPECT_TRUE(AllRowsArrived());
  EXPECT_EQ(server_.epochs[journal_->head().epoch], journal_->head().seq);
}

}  // namespace
}  // namespace holdfast::uplink

// Points 3, 4, 5, 12 and 13: one log, sent once, believed only as far as it proves itself, with times that
// mean something.
#include "tests/integration/protocol/fleet.h"
#include "tests/simulation/policies.h"

namespace holdfast::protocol {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

class History : public Protocol {
 protected:
  History() { server_.PutPolicy(simulation::PlainPolicy(1)); }
  // Rows that a person causes.
  void Toggle(Device& mac, int times) {
    for (int i = 0; i < times; ++i) {
      mac.mac().UserConnect(mac.service(simulation::Vpn::kPrivate));
      time_.RunFor(absl::Seconds(20));
      mac.mac().UserDisconnect(mac.service(simulation::Vpn::kPrivate));
      time_.RunFor(absl::Seconds(20));
    }
  }
  // Each row of the stopped Mac's journal is on the server, with its hash, and no other.
  void ExpectSameLog(const std::string& name) {
    Device& mac = *macs_[name];
    time_.RunFor(absl::Minutes(20));
    mac.Kill();
    const std::vector<journal::Row> rows = mac.Rows();
    std::vector<std::pair<uint64_t, Sha256Digest>> here, there;
    for (const journal::Row& row : rows) here.emplace_back(row.seq, row.hash);
    server::ListHistoryRequest request{.device = name, .page_size = 1000, .ascending = true};
    do {
      const auto page = core().ListHistory(admin(), request);
      ASSERT_TRUE(page.ok());
      for (const auto& row : page->rows) there.emplace_back(row.seq, row.hash);
      request.page_token = page->next_page_token;
    } while (!request.page_token.empty());
    std::sort(there.begin(), there.end());
    EXPECT_GT(here.size(), 20u);
    EXPECT_EQ(here, there);
    mac.Start();
  }
};

TEST_F(History, WhatWasNotAcknowledgedIsSentAgainAndStoredOnce) {
  Device& mac = AddOnline("alpha");
  mac.link().lose_answer = 0.5;
  mac.link().twice = 0.5;
  Toggle(mac, 10);
  mac.link() = {};
  ExpectSameLog("alpha");
}

TEST_F(History, BatchesOfALongTimeOfflineAreBounded) {
  Device& mac = AddOnline("alpha");
  mac.SetLink(false);
  Toggle(mac, 1500);
  const size_t before = tap_.syncs.size();
  mac.SetLink(true);
  time_.RunFor(absl::Minutes(20));
  size_t rows = 0, largest = 0;
  for (size_t i = before; i < tap_.syncs.size(); ++i) {
    size_t bytes = 0;
    if (!tap_.syncs[i].request.frame) continue;
    for (const journal::Row& row : tap_.syncs[i].request.frame->rows)
      bytes += row.payload.size() + row.subject.size();
    rows += tap_.syncs[i].request.frame->rows.size();
    largest = std::max(largest, bytes);
  }
  EXPECT_GT(rows, 5000u);
  EXPECT_THAT(largest, AllOf(Ge(100'000u), Le(1'000'000u)));
  ExpectSameLog("alpha");
}

TEST_F(History, ServerAcknowledgesOnlyWhatIsOnItsDisk) {
  Device& mac = AddOnline("alpha");
  for (int i = 0; i < 20; ++i) {
    Toggle(mac, 1);
    const auto& answer = tap_.syncs.back().answer;
    ASSERT_TRUE(answer.ok());
    const uint64_t acknowledged = answer->acked_through;
    server_.Crash(sim::Loss::kUnsynced);
    server_.Start();
    EXPECT_GE(Seen("alpha").stored_through, acknowledged);
  }
  ExpectSameLog("alpha");
}

TEST_F(History, ARowThatWasChangedOnTheWayIsRefusedAndAnIncident) {
  Device& mac = AddOnline("alpha");
  bool changed = false;
  tap_.meddle = [&](wire::SyncRequest& request) {
    if (!changed && request.frame) {
      request.frame->rows.back().subject += "x";
      changed = true;
    }
    return absl::OkStatus();
  };
  Toggle(mac, 1);
  ASSERT_TRUE(changed);
  EXPECT_THAT(Incidents("alpha", "chain_break"), SizeIs(1));
  tap_.meddle = nullptr;
  time_.RunFor(absl::Minutes(30));
  EXPECT_EQ(mac.Status().uplink.state, "online");
}

TEST_F(History, RowsThatTheAgentHadToDropAreAGapThatSaysWhich) {
  server_.PutPolicy("policyVersion: 2\nreporting: {heartbeatInterval: 300s, unacknowledgedMaxBytes: 1MiB}\n");
  Device& mac = AddOnline("alpha");
  mac.SetLink(false);
  Toggle(mac, 1500);
  mac.SetLink(true);
  time_.RunFor(absl::Hours(1));
  const auto gaps = RowsOf("alpha", "gap");
  ASSERT_THAT(gaps, SizeIs(Ge(1)));
  EXPECT_THAT(Incidents("alpha", "journal_gap"), SizeIs(Ge(1)));
  EXPECT_THAT(Incidents("alpha", "chain_break"), IsEmpty());
  EXPECT_EQ(mac.Status().uplink.acked_through, mac.Status().uplink.last_seq);
}

TEST_F(History, AnUnsetSectionIsUnchangedAndAGapInMessageNumbersBringsAll) {
  Device& mac = AddOnline("alpha");
  time_.RunFor(absl::Minutes(30));
  tap_.syncs.clear();
  time_.RunFor(absl::Hours(2));
  ASSERT_THAT(tap_.syncs, SizeIs(Ge(20)));
  for (const auto& sync : tap_.syncs) {
    EXPECT_THAT(sync.request.sections, IsEmpty());
    EXPECT_FALSE(sync.answer->want_full_state);
  }
  // One message never arrives: the next has a number too many.
  int lost = 0;
  tap_.meddle = [&](wire::SyncRequest&) {
    return ++lost == 1 ? absl::UnavailableError("lost") : absl::OkStatus();
  };
  time_.RunFor(absl::Minutes(10));
  const auto asked = std::find_if(tap_.syncs.begin(), tap_.syncs.end(),
                                  [](const auto& s) { return s.answer.ok() && s.answer->want_full_state; });
  ASSERT_NE(asked, tap_.syncs.end());
  ASSERT_NE(asked + 1, tap_.syncs.end());
  EXPECT_LT((asked + 1)->at - asked->at, absl::Seconds(1)) << "at once";
  std::vector<std::string> names;
  for (const wire::StateSection& section : (asked + 1)->request.sections) names.push_back(section.name);
  EXPECT_THAT(names,
              ::testing::UnorderedElementsAre("policy", "services", "checks", "profiles", "incidents"));
  EXPECT_EQ(mac.Status().uplink.state, "online");
}

TEST_F(History, TooLargeIsHalvedUntilItFits) {
  Device& mac = AddOnline("alpha");
  mac.SetLink(false);
  Toggle(mac, 200);
  mac.SetLink(true);
  size_t refused = 0;
  tap_.meddle = [&](wire::SyncRequest& request) {
    if (!request.frame || request.frame->rows.size() <= 100) return absl::OkStatus();
    ++refused;
    return WithReason(absl::InvalidArgumentError("too large"), ErrorReason::kTooLarge);
  };
  const size_t before = tap_.syncs.size();
  time_.RunFor(absl::Minutes(10));
  EXPECT_GE(refused, 3u);
  for (size_t i = before + 1; i < tap_.syncs.size(); ++i) {
    const auto &last = tap_.syncs[i - 1], &next = tap_.syncs[i];
    if (ReasonOf(last.answer.status()) != ErrorReason::kTooLarge) continue;
    ASSERT_TRUE(next.request.frame.has_value());
    EXPECT_LE(next.request.frame->rows.size(), last.request.frame->rows.size() / 2);
  }
  tap_.meddle = nullptr;
  ExpectSameLog("alpha");
}

TEST_F(History, ARowThatIsRefusedForGoodIsKeptAsideReportedAndNotSentAgain) {
  Device& mac = AddOnline("alpha");
  const uint64_t poison = mac.Status().uplink.last_seq + 5;
  size_t sent = 0;
  tap_.meddle = [&](wire::SyncRequest& request) {
    if (!request.frame) return absl::OkStatus();
    for (const journal::Row& row : request.frame->rows) {
      if (row.seq != poison) continue;
      ++sent;
      return WithReason(absl::InvalidArgumentError("row " + std::to_string(poison)),
                        ErrorReason::kBadRequest);
    }
    return absl::OkStatus();
  };
  Toggle(mac, 5);
  time_.RunFor(absl::Hours(1));
  const size_t tries = sent;
  EXPECT_THAT(tries, AllOf(Ge(1u), Le(12u)));
  Toggle(mac, 5);
  time_.RunFor(absl::Hours(12));
  EXPECT_EQ(sent, tries) << "not sent again";
  EXPECT_EQ(mac.Status().uplink.acked_through, mac.Status().uplink.last_seq) << "the rest went on";
  const std::string what = absl::StrCat("Rows ", poison, " to ", poison, " never arrived");
  std::vector<std::string> told;
  for (const server::Incident& incident : Incidents("alpha", "journal_gap")) told.push_back(incident.summary);
  EXPECT_THAT(told, Contains(HasSubstr(what)));
  EXPECT_THAT(Incidents("alpha", "chain_break"), IsEmpty());
}

TEST_F(History, AJumpingClockMovesNoRow) {
  Device& mac = AddOnline("alpha");
  for (const absl::Duration jump : {absl::Hours(24 * 365), -absl::Hours(24 * 700), absl::Minutes(3)}) {
    mac.time().JumpWall(jump);
    const ServerTime did = Now();
    Toggle(mac, 1);
    time_.RunFor(absl::Minutes(10));
    for (const server::HistoryRow& row : RowsOf("alpha")) {
      EXPECT_LE(row.at, Now());
      EXPECT_GE(row.at, did - absl::Hours(2));
      EXPECT_LE(absl::Nanoseconds(row.uncertainty_ns), absl::Seconds(31)) << row.text;
      EXPECT_GE(row.received + absl::Seconds(1), row.at);
    }
  }
  EXPECT_EQ(mac.Status().uplink.state, "online");
}

TEST_F(History, RowsOfADayOfflineStandWhereTheyHappened) {
  Device& mac = AddOnline("alpha");
  mac.SetLink(false);
  mac.time().JumpWall(absl::Hours(50));
  std::vector<ServerTime> toggled;
  for (int i = 0; i < 5; ++i) {
    time_.RunFor(absl::Hours(4));
    toggled.push_back(Now());
    Toggle(mac, 1);
  }
  mac.SetLink(true);
  time_.RunFor(absl::Minutes(30));
  const auto rows = RowsOf("alpha", "session");
  for (const ServerTime& when : toggled) {
    EXPECT_THAT(rows, Contains(Field(&server::HistoryRow::at,
                                     AllOf(Ge(when - absl::Seconds(1)), Le(when + absl::Seconds(2))))));
  }
}

}  // namespace
}  // namespace holdfast::protocol

// Points 7, 8, 9 and 10: when agents speak, and how long they stay away after a failure.
#include <algorithm>
#include <set>

#include "absl/strings/str_format.h"
#include "tests/integration/protocol/fleet.h"
#include "tests/simulation/policies.h"

namespace holdfast::protocol {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

class Pace : public Protocol {
 protected:
  // Between the calls that arrived from now until `duration` is over.
  std::vector<absl::Duration> Gaps(absl::Duration duration) {
    tap_.syncs.clear();
    time_.RunFor(duration);
    std::vector<absl::Duration> gaps;
    for (size_t i = 1; i < tap_.syncs.size(); ++i) gaps.push_back(tap_.syncs[i].at - tap_.syncs[i - 1].at);
    return gaps;
  }
  void Refuse(const absl::Status& status) {
    tap_.meddle = [status](wire::SyncRequest&) { return status; };
  }
  // From now until the first call arrives.
  absl::Duration UntilNextCall(absl::Duration at_most) {
    tap_.syncs.clear();
    const ServerTime began = Now();
    while (tap_.syncs.empty() && Now() - began < at_most) time_.RunFor(absl::Milliseconds(20));
    return Now() - began;
  }
};

TEST_F(Pace, HeartbeatIsWhatTheServersPolicySays) {
  server_.PutPolicy("policyVersion: 1\nreporting: {heartbeatInterval: 120s}\n");
  AddOnline("alpha");
  EXPECT_THAT(Gaps(absl::Hours(4)),
              AllOf(SizeIs(Ge(110)), Each(AllOf(Ge(absl::Seconds(95)), Le(absl::Seconds(145))))));
  server_.PutPolicy("policyVersion: 2\nreporting: {heartbeatInterval: 600s}\n");
  time_.RunFor(absl::Minutes(20));
  EXPECT_THAT(Gaps(absl::Hours(20)),
              AllOf(SizeIs(Ge(110)), Each(AllOf(Ge(absl::Seconds(540)), Le(absl::Seconds(660))))));
}

TEST_F(Pace, AReplyMayLengthenTheHeartbeatAndNotShortenIt) {
  AddOnline("alpha");
  tap_.amend = [](wire::SyncResponse& answer) { answer.heartbeat = absl::Seconds(600); };
  time_.RunFor(absl::Minutes(10));
  EXPECT_THAT(Gaps(absl::Hours(5)), Each(Ge(absl::Seconds(540))));
  tap_.amend = [](wire::SyncResponse& answer) { answer.heartbeat = absl::Seconds(1); };
  time_.RunFor(absl::Minutes(20));
  EXPECT_THAT(Gaps(absl::Hours(1)), Each(Ge(absl::Seconds(45))));
}

TEST_F(Pace, WhatAReplyAsksForEndsWithTheNextReplyAndIsAnHourAtMost) {
  AddOnline("alpha");
  tap_.amend = [](wire::SyncResponse& answer) { answer.heartbeat = absl::Hours(24); };
  time_.RunFor(absl::Minutes(5));
  EXPECT_THAT(Gaps(absl::Hours(10)),
              AllOf(SizeIs(Ge(8)), Each(AllOf(Ge(absl::Minutes(59)), Le(absl::Minutes(61))))))
      << "who answers in the server's place silences nobody for a day";
  tap_.amend = nullptr;
  time_.RunFor(absl::Minutes(61));
  EXPECT_THAT(Gaps(absl::Hours(1)), AllOf(SizeIs(Ge(50)), Each(Le(absl::Seconds(70)))));
}

TEST_F(Pace, AServerWithoutRoomIsHeardLessOftenAndCallsNobodyLate) {
  server_.PutPolicy(simulation::PlainPolicy(1));
  Device& mac = AddOnline("alpha");
  for (int minute = 0; minute < 2; ++minute) {
    core().JudgePressure(/*turned_away=*/true);
    time_.RunFor(absl::Minutes(1));
  }
  time_.RunFor(absl::Minutes(5));
  tap_.syncs.clear();
  for (int minute = 0; minute < 240; ++minute) {
    time_.RunFor(absl::Minutes(1));
    EXPECT_EQ(Seen("alpha").reachability, server::Reachability::kOnline) << minute;
    EXPECT_NE(Seen("alpha").posture, TimeClass::kUnknown) << minute;
  }
  EXPECT_LE(tap_.syncs.size(), 240u / 20 + 4) << "four times the five minutes of the policy";
  // What is new is told at once all the same.
  tap_.syncs.clear();
  mac.mac().UserDisconnect(mac.service());
  time_.RunFor(absl::Milliseconds(250));
  EXPECT_THAT(tap_.syncs, SizeIs(Ge(1)));
  // The server's process ends: it still knows until when nobody is late.
  time_.RunFor(absl::Minutes(1));
  server_.Crash(sim::Loss::kUnsynced);
  server_.Start();
  mac.Kill();
  time_.RunFor(absl::Minutes(12));
  EXPECT_EQ(Seen("alpha").reachability, server::Reachability::kOnline);
  time_.RunFor(absl::Minutes(10));
  EXPECT_NE(Seen("alpha").reachability, server::Reachability::kOnline);
  EXPECT_EQ(Seen("alpha").posture, TimeClass::kUnknown);
  // That one knows of no pressure, and the next answer says so.
  mac.Start();
  time_.RunFor(absl::Minutes(5));
  EXPECT_THAT(Gaps(absl::Hours(1)), SizeIs(Ge(10)));
}

TEST_F(Pace, TransitionIsSentAtOnce) {
  server_.PutPolicy(simulation::PlainPolicy(1));
  Device& mac = AddOnline("alpha");
  tap_.syncs.clear();
  mac.mac().UserDisconnect(mac.service());
  time_.RunFor(absl::Milliseconds(250));
  ASSERT_THAT(tap_.syncs, SizeIs(Ge(1)));
  EXPECT_TRUE(tap_.syncs[0].request.frame.has_value());
  EXPECT_LE(tap_.syncs.size(), 5u) << "what follows within 50 ms goes together";
}

TEST_F(Pace, AnyMessageIsASignOfLifeAndReplyTellsTheTime) {
  server_.PutPolicy(simulation::PlainPolicy(1));
  Device& mac = AddOnline("alpha");
  time_.RunFor(absl::Hours(1));
  mac.mac().UserDisconnect(mac.service());
  time_.RunFor(absl::Seconds(1));
  EXPECT_LT(Now() - Seen("alpha").last_seen, absl::Seconds(1));
  mac.time().JumpWall(absl::Minutes(7));
  time_.RunFor(absl::Minutes(10));
  ASSERT_TRUE(tap_.syncs.back().request.anchor.has_value());
  EXPECT_EQ(Seen("alpha").clock_offset_ns,
            absl::ToInt64Nanoseconds(absl::Minutes(7)) +
                (tap_.syncs.back().request.sent.wall.ns - tap_.syncs.back().at.ns -
                 absl::ToInt64Nanoseconds(absl::Minutes(7))));
}

TEST_F(Pace, GoodbyeBeforeSleepAndAtTheEnd) {
  Device& mac = AddOnline("alpha");
  mac.Sleep();
  time_.RunFor(absl::Seconds(5));
  EXPECT_EQ(tap_.syncs.back().request.goodbye, wire::Goodbye::kSleep);
  EXPECT_EQ(Seen("alpha").reachability, server::Reachability::kOffline);
  mac.Wake();
  time_.RunFor(absl::Minutes(1));
  EXPECT_EQ(Seen("alpha").reachability, server::Reachability::kOnline);
  bool stopped = false;
  mac.StopCleanly([&] { stopped = true; });
  time_.RunFor(absl::Seconds(5));
  EXPECT_TRUE(stopped);
  EXPECT_EQ(tap_.syncs.back().request.goodbye, wire::Goodbye::kStop);
}

TEST_F(Pace, ANudgeOfManyIsSpreadOverTheJitterThatTheServerNames) {
  server_.PutPolicy("policyVersion: 1\nreporting: {heartbeatInterval: 900s}\n");
  const std::string token = Token({.quota = 200});
  for (int i = 0; i < 100; ++i) Add(absl::StrFormat("mac%03d", i), token).Start();
  time_.RunFor(absl::Minutes(40));
  nudges_.clear();
  tap_.syncs.clear();
  const ServerTime put = Now();
  server_.PutPolicy("policyVersion: 2\nreporting: {heartbeatInterval: 900s}\n");
  EXPECT_THAT(nudges_, AllOf(SizeIs(100), Each(absl::Seconds(1)))) << "10 ms for each device";
  time_.RunFor(absl::Seconds(2));
  std::map<std::string, absl::Duration> fetched;
  for (const auto& sync : tap_.syncs) {
    if (sync.answer.ok() && sync.answer->policy)
      fetched.emplace(sync.request.hardware.hostname, sync.at - put);
  }
  EXPECT_THAT(fetched, SizeIs(100)) << "all come within the jitter, long before their heartbeat";
  const auto quarter = std::count_if(fetched.begin(), fetched.end(),
                                     [](const auto& f) { return f.second < absl::Milliseconds(270); });
  EXPECT_GT(quarter, 8);
  EXPECT_LT(quarter, 50) << "not all at once";
}

TEST_F(Pace, ThrottledWaitsAtLeastWhatTheServerAsks) {
  Device& mac = AddOnline("alpha");
  for (const absl::StatusCode code : {absl::StatusCode::kResourceExhausted, absl::StatusCode::kUnavailable}) {
    Refuse(
        WithRetryAfter(WithReason(absl::Status(code, "busy"), ErrorReason::kThrottled), absl::Seconds(90)));
    UntilNextCall(absl::Minutes(10));
    // News, a path that comes back and a nudge are no reason to come earlier.
    mac.mac().UserDisconnect(mac.service());
    mac.mac().NetworkDown();
    time_.RunFor(absl::Milliseconds(500));
    mac.mac().NetworkUp();
    mac.Nudge(*Uuid::Parse(mac.Status().uplink.device_id), absl::ZeroDuration());
    const absl::Duration waited = UntilNextCall(absl::Minutes(10)) + absl::Milliseconds(500);
    EXPECT_GE(waited, absl::Seconds(90));
    tap_.meddle = nullptr;
    time_.RunFor(absl::Minutes(30));
    EXPECT_EQ(mac.Status().uplink.state, "online");
  }
}

TEST_F(Pace, JitterComesAfterTheCapSoThatAFleetThatWasCutOffDoesNotComeBackAtOnce) {
  const std::string token = Token({.quota = 200});
  for (int i = 0; i < 60; ++i) Add(absl::StrFormat("mac%03d", i), token).Start();
  time_.RunFor(absl::Minutes(10));
  Refuse(absl::UnavailableError("down"));
  time_.RunFor(absl::Hours(3));  // everybody's backoff has reached its cap of five minutes
  std::map<std::string, std::vector<ServerTime>> calls;
  for (const auto& sync : tap_.syncs) {
    if (!sync.answer.ok()) calls[sync.request.hardware.hostname].push_back(sync.at);
  }
  ASSERT_THAT(calls, SizeIs(60));
  std::set<int64_t> minutes;
  for (const auto& [name, times] : calls) {
    ASSERT_GE(times.size(), 20u);
    EXPECT_LE(times.size(), 45u) << "nobody hammers";
    for (size_t i = times.size() - 5; i + 1 < times.size(); ++i) {
      EXPECT_GE(times[i + 1] - times[i], absl::Seconds(300));
      EXPECT_LE(times[i + 1] - times[i], absl::Seconds(451));
    }
    minutes.insert(absl::ToInt64Seconds(times.back() - ServerTime{}) / 30);
  }
  EXPECT_GE(minutes.size(), 8u) << "spread over the minutes, not on one moment";
}

TEST_F(Pace, RefusalsOfTheIdentityBackOffToo) {
  AddOnline("alpha");
  for (const auto& [code, reason] :
       {std::pair(absl::StatusCode::kUnauthenticated, ErrorReason::kNone),
        std::pair(absl::StatusCode::kPermissionDenied, ErrorReason::kNone),
        std::pair(absl::StatusCode::kUnauthenticated, ErrorReason::kClockSkew)}) {
    const size_t enrolls = tap_.enrolls.size();
    Refuse(WithReason(absl::Status(code, "no"), reason));
    time_.RunFor(absl::Minutes(15));
    EXPECT_THAT(Gaps(absl::Hours(6)), AllOf(SizeIs(Ge(20)), Each(Ge(absl::Minutes(5)))));
    EXPECT_THAT(tap_.enrolls, SizeIs(enrolls)) << "never enrolled again on a guess";
    tap_.meddle = nullptr;
    time_.RunFor(absl::Minutes(30));
    EXPECT_EQ(macs_["alpha"]->Status().uplink.state, "online");
  }
}

TEST_F(Pace, OneGoodAnswerBetweenFailuresForgivesNothing) {
  AddOnline("alpha");
  int call = 0;
  tap_.meddle = [&](wire::SyncRequest&) {
    return ++call % 2 == 0 ? absl::OkStatus() : absl::UnavailableError("every second one fails");
  };
  time_.RunFor(absl::Hours(1));
  call = 0;
  const auto gaps = Gaps(absl::Hours(2));
  EXPECT_GT(*std::max_element(gaps.begin(), gaps.end()), absl::Seconds(60)) << "the backoff is still there";
}

TEST_F(Pace, FirstContactsOfAFleetAreSpreadByAStableOffset) {
  const std::string token = Token({.quota = 200});
  for (int i = 0; i < 100; ++i) Add(absl::StrFormat("mac%03d", i), token).Start();
  time_.RunFor(absl::Minutes(10));
  // Twice: the power comes back for all at once.
  std::vector<std::map<std::string, absl::Duration>> first;
  for (int round = 0; round < 2; ++round) {
    for (const auto& [name, mac] : macs_) mac->Kill();
    time_.RunFor(absl::Minutes(20));
    tap_.syncs.clear();
    const ServerTime began = Now();
    for (const auto& [name, mac] : macs_) mac->Start();
    time_.RunFor(absl::Seconds(11));
    auto& contact = first.emplace_back();
    for (const auto& sync : tap_.syncs) contact.emplace(sync.request.hardware.hostname, sync.at - began);
    ASSERT_THAT(contact, SizeIs(100));
    std::array<int, 10> per_second{};
    for (const auto& [name, after] : contact) ++per_second[std::min<int64_t>(9, absl::ToInt64Seconds(after))];
    EXPECT_THAT(per_second, Each(AllOf(Ge(1), Le(25)))) << "a tenth each, by chance more or less";
  }
  for (const auto& [name, after] : first[0]) {
    EXPECT_LT(absl::AbsDuration(first[1].at(name) - after), absl::Milliseconds(100))
        << "each has its own moment";
  }
}

TEST_F(Pace, HeartbeatsOfAFleetAreSpreadOverTheInterval) {
  server_.PutPolicy("policyVersion: 1\nreporting: {heartbeatInterval: 300s}\n");
  const std::string token = Token({.quota = 200});
  for (int i = 0; i < 100; ++i) Add(absl::StrFormat("mac%03d", i), token).Start();
  time_.RunFor(absl::Hours(1));
  tap_.syncs.clear();
  time_.RunFor(absl::Seconds(300));
  std::array<int, 10> per_tenth{};
  for (const auto& sync : tap_.syncs) ++per_tenth[static_cast<size_t>(sync.at.ns / 30'000'000'000 % 10)];
  EXPECT_THAT(per_tenth, Each(AllOf(Ge(1), Le(25))));
}

}  // namespace
}  // namespace holdfast::protocol

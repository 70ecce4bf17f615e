// ViciBackend against a charon that behaves as the measured one does.
#include "agent/session/vici/backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/session/vici/fake_charon.h"

namespace holdfast::vici {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using enum SessionStatus;

const Uuid kSplit = Uuid::FromName("vici:home/split");
const Uuid kFull = Uuid::FromName("vici:home/full");

class Recorder : public session::Listener {
 public:
  void OnSession(const SessionEvent& event) override {
    EXPECT_FALSE(inside);
    EXPECT_GT(event.generation, last[event.service].generation);
    last[event.service] = event;
    history[event.service].push_back(event.status);
    order.push_back("session");
  }
  void OnInstalled(const InstalledFacts& facts) override {
    EXPECT_FALSE(inside);
    installed.push_back(facts);
    order.push_back("installed");
  }
  void OnManagerRestarted(const std::string&) override {
    ++restarts;
    order.push_back("restarted");
  }
  bool inside = false;  // of a call of ours: nothing may be delivered then
  std::map<Uuid, SessionEvent> last;
  std::map<Uuid, std::vector<SessionStatus>> history;
  std::vector<InstalledFacts> installed;
  std::vector<std::string> order;
  int restarts = 0;
};

class ViciBackendTest : public ::testing::Test {
 protected:
  ViciBackendTest() {
    options_.socket_path = charon_.socket();
    options_.initiate_timeout = absl::Milliseconds(100);
    options_.terminate_timeout = absl::Milliseconds(50);
    options_.answer_within = absl::Milliseconds(100);
    options_.list_every = absl::Milliseconds(40);
    options_.reload_grace = absl::Milliseconds(300);
  }

  // Runs until the condition holds; fails after ten seconds.
  void Until(const std::function<bool()>& condition) {
    const MonoTime limit = clock_.Now().mono + absl::Seconds(10);
    bool held = false;
    std::function<void()> check = [&] {
      held = condition();
      if (held || clock_.Now().mono > limit) return executor_.Stop();
      executor_.PostAt(clock_.Now().mono + absl::Milliseconds(1), check);
    };
    executor_.Post(check);
    executor_.Run();
    ASSERT_TRUE(held) << "nothing of the kind within ten seconds";
  }
  void UntilStatus(const Uuid& id, SessionStatus status) {
    Until([&] { return recorder_.last.count(id) > 0 && recorder_.last[id].status == status; });
  }
  void For(absl::Duration d) {
    executor_.PostAt(clock_.Now().mono + d, [this] { executor_.Stop(); });
    executor_.Run();
  }

  void Begin() {
    charon_.Run();
    backend_ = std::make_unique<ViciBackend>(executor_, clock_, options_);
    ASSERT_TRUE(backend_->Begin(&recorder_).ok());
    UntilStatus(kSplit, kDisconnected);
    UntilStatus(kFull, kDisconnected);
  }
  absl::Status Start(const Uuid& id) {
    recorder_.inside = true;
    const absl::Status status = backend_->StartSession(id, std::nullopt);
    recorder_.inside = false;
    return status;
  }
  absl::Status Stop(const Uuid& id) {
    recorder_.inside = true;
    const absl::Status status = backend_->StopSession(id);
    recorder_.inside = false;
    return status;
  }
  void Connect(const Uuid& id) {
    ASSERT_TRUE(Start(id).ok());
    UntilStatus(id, kConnected);
  }

  SystemClock clock_;
  PollExecutor executor_{clock_};
  FakeCharon charon_{executor_};
  ViciOptions options_;
  Recorder recorder_;
  std::unique_ptr<ViciBackend> backend_;
};

TEST_F(ViciBackendTest, TellsServicesThenTheirStatuses) {
  Begin();
  ASSERT_EQ(recorder_.installed.size(), 1u);
  EXPECT_THAT(recorder_.order, ElementsAre("installed", "session", "session"));
  for (const ServiceFacts& facts : recorder_.installed[0].services) {
    EXPECT_EQ(facts.id, Uuid::FromName("vici:" + facts.name));
    EXPECT_EQ(facts.type, ServiceType::kIkev2);
    EXPECT_EQ(facts.remote_address, "198.51.100.1");
    EXPECT_EQ(facts.full_tunnel, facts.name == "home/full");
  }
}

TEST_F(ViciBackendTest, ASessionThatStandsAtTheStartIsFound) {
  charon_.associations.push_back({"home", "split"});
  charon_.Run();
  backend_ = std::make_unique<ViciBackend>(executor_, clock_, options_);
  ASSERT_TRUE(backend_->Begin(&recorder_).ok());
  UntilStatus(kSplit, kConnected);
  UntilStatus(kFull, kDisconnected);
}

TEST_F(ViciBackendTest, StartsAndStops) {
  Begin();
  Connect(kSplit);
  ASSERT_TRUE(Stop(kSplit).ok());
  UntilStatus(kSplit, kDisconnected);
  EXPECT_EQ(recorder_.last[kSplit].stop_reason, 1);
  EXPECT_THAT(recorder_.history[kSplit],
              ElementsAre(kDisconnected, kConnecting, kConnected, kDisconnecting, kDisconnected));
  EXPECT_THAT(recorder_.history[kFull], ElementsAre(kDisconnected));
}

TEST_F(ViciBackendTest, DownIsTheAbsenceOfUpWhateverTheStateSays) {
  Begin();
  Connect(kSplit);
  charon_.Down(1, "giving up after 3 retransmits");  // its state reads ESTABLISHED
  UntilStatus(kSplit, kDisconnected);
  EXPECT_EQ(recorder_.last[kSplit].stop_reason, 20);
  EXPECT_EQ(recorder_.last[kSplit].cause, FailureCause::kServerUnreachable);
  EXPECT_EQ(recorder_.last[kSplit].detail, "giving up after 3 retransmits");
}

TEST_F(ViciBackendTest, ACauseThatComesAfterTheEventIsWaitedFor) {
  Begin();
  Connect(kSplit);
  charon_.Down(1, "received DELETE for IKE_SA home[1]", true, true);
  UntilStatus(kSplit, kDisconnected);
  EXPECT_EQ(recorder_.last[kSplit].stop_reason, 21);
}

TEST_F(ViciBackendTest, TheEndOfTheSessionBeforeExplainsNothing) {
  Begin();
  Connect(kSplit);
  charon_.Down(1, "received DELETE for IKE_SA home[1]");
  UntilStatus(kSplit, kDisconnected);
  charon_.Up("home", "split", 2, 2);
  UntilStatus(kSplit, kConnected);
  charon_.Down(2, "deleting IKE_SA home[2] between here and there");
  UntilStatus(kSplit, kDisconnected);
  EXPECT_EQ(recorder_.last[kSplit].stop_reason, 1);
}

TEST_F(ViciBackendTest, ASessionThatIsUpAgainBeforeItsCauseWasKnownWasStillDown) {
  Begin();
  Connect(kSplit);
  charon_.Down(1, "");
  charon_.Up("home", "split", 2, 2);
  Until([&] { return recorder_.history[kSplit].size() == 5; });
  EXPECT_THAT(recorder_.history[kSplit],
              ElementsAre(kDisconnected, kConnecting, kConnected, kDisconnected, kConnected));
}

TEST_F(ViciBackendTest, AnIkeSaThatEndsTakesItsChildrenAlongEvenWithoutTheirEvents) {
  Begin();
  charon_.Up("home", "split", 1, 1);
  charon_.Up("home", "full", 1, 2);
  UntilStatus(kFull, kConnected);
  charon_.Down(1, "", false);
  UntilStatus(kSplit, kDisconnected);
  UntilStatus(kFull, kDisconnected);
}

TEST_F(ViciBackendTest, AnOldIkeSaThatEndsDoesNotTakeANewOneAlong) {
  Begin();
  charon_.Up("home", "split", 1, 1);
  charon_.Up("home", "split", 2, 2);
  UntilStatus(kSplit, kConnected);
  charon_.Down(1, "");
  For(absl::Milliseconds(100));
  EXPECT_EQ(recorder_.last[kSplit].status, kConnected);
  charon_.Down(2, "");
  UntilStatus(kSplit, kDisconnected);
}

TEST_F(ViciBackendTest, ARekeyIsNotAnOutage) {
  Begin();
  Connect(kSplit);
  const size_t listings = charon_.listings;
  charon_.Rekey(1, 2);
  Until([&] { return charon_.listings > listings + 1; });
  EXPECT_EQ(recorder_.last[kSplit].status, kConnected);
  charon_.Down(1, "");
  UntilStatus(kSplit, kDisconnected);
}

TEST_F(ViciBackendTest, AFailedStartCarriesItsCause) {
  Begin();
  charon_.initiate = {"establishing CHILD_SA 'split' failed",
                      {"initiating IKE_SA", "received AUTHENTICATION_FAILED notify error"}};
  ASSERT_TRUE(Start(kSplit).ok());
  UntilStatus(kSplit, kDisconnected);
  Until([&] { return recorder_.history[kSplit].size() == 3; });
  EXPECT_EQ(recorder_.last[kSplit].stop_reason, 23);
  EXPECT_EQ(recorder_.last[kSplit].cause, FailureCause::kAuthentication);
  EXPECT_EQ(charon_.Count("terminate"), 0u);
}

TEST_F(ViciBackendTest, AStartThatTimesOutIsTerminatedBeforeItIsToldFailed) {
  Begin();
  charon_.initiate = {"CHILD_SA 'split' not established after 100ms", {"retransmit 1 of request"}};
  ASSERT_TRUE(Start(kSplit).ok());
  Until([&] { return recorder_.history[kSplit].size() == 3; });
  EXPECT_EQ(recorder_.last[kSplit].stop_reason, 12);
  EXPECT_EQ(charon_.Count("terminate"), 1u);
}

TEST_F(ViciBackendTest, AStartThatIsNeverAnsweredEndsAtItsDeadline) {
  Begin();
  charon_.initiate.never = true;
  ASSERT_TRUE(Start(kSplit).ok());
  Until([&] { return recorder_.history[kSplit].size() == 3; });
  EXPECT_EQ(recorder_.last[kSplit].status, kDisconnected);
  EXPECT_EQ(recorder_.last[kSplit].stop_reason, 12);
  EXPECT_EQ(charon_.Count("terminate"), 1u);
}

TEST_F(ViciBackendTest, AStartWhoseEventIsLostIsFoundByListing) {
  Begin();
  charon_.initiate.event = false;
  Connect(kSplit);
}

TEST_F(ViciBackendTest, AnExistingDuplicateIsListedNotFailed) {
  options_.list_every = absl::Hours(1);
  Begin();
  charon_.associations.push_back({"home", "split"});  // came up without an event
  charon_.initiate = {"establishing CHILD_SA 'split' failed",
                      {"not establishing CHILD_SA due to existing duplicate"}};
  Connect(kSplit);
  EXPECT_THAT(recorder_.history[kSplit], ElementsAre(kDisconnected, kConnecting, kConnected));
}

TEST_F(ViciBackendTest, OnlyADisconnectedSessionIsStarted) {
  Begin();
  Connect(kSplit);
  EXPECT_TRUE(Start(kSplit).ok());
  charon_.initiate.never = true;
  EXPECT_TRUE(Start(kFull).ok());
  EXPECT_TRUE(Start(kFull).ok());
  Until([&] { return charon_.Count("initiate") >= 2; });
  For(absl::Milliseconds(20));
  EXPECT_EQ(charon_.Count("initiate"), 2u);
}

TEST_F(ViciBackendTest, AStopEndsAStartUnderWay) {
  options_.initiate_timeout = absl::Hours(1);
  Begin();
  charon_.initiate.never = true;
  ASSERT_TRUE(Start(kSplit).ok());
  Until([&] { return charon_.Count("initiate") == 1; });
  ASSERT_TRUE(Stop(kSplit).ok());
  UntilStatus(kSplit, kDisconnected);
  EXPECT_EQ(recorder_.last[kSplit].stop_reason, 1);
}

TEST_F(ViciBackendTest, StoppingOneServiceLeavesItsSiblingsIkeSa) {
  Begin();
  Connect(kSplit);
  Connect(kFull);
  ASSERT_TRUE(Stop(kSplit).ok());
  UntilStatus(kSplit, kDisconnected);
  EXPECT_EQ(charon_.commands.back().second.Value("child"), "split");
  EXPECT_EQ(recorder_.last[kFull].status, kConnected);
}

TEST_F(ViciBackendTest, AStopThatDoesNotHappenIsToldAsConnected) {
  Begin();
  Connect(kSplit);
  charon_.terminate.error = "something odd";
  ASSERT_TRUE(Stop(kSplit).ok());
  Until([&] { return recorder_.history[kSplit].size() == 5; });
  EXPECT_EQ(recorder_.last[kSplit].status, kConnected);
}

TEST_F(ViciBackendTest, ADeadCharonTakesEverySessionAlongAndComesBack) {
  Begin();
  Connect(kSplit);
  charon_.Die();
  UntilStatus(kSplit, kDisconnected);
  EXPECT_EQ(recorder_.last[kSplit].cause, FailureCause::kProvider);
  EXPECT_EQ(Start(kSplit).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(recorder_.restarts, 0);

  recorder_.order.clear();
  charon_.children.clear();  // not loaded yet
  charon_.Run();
  Until([&] { return charon_.listeners() == 1 && charon_.listings > 2; });
  EXPECT_EQ(recorder_.installed.size(), 1u);  // an empty list just after a start is no news
  charon_.children = {{"home", "split"}, {"home", "full"}};
  Until([&] { return recorder_.order.size() == 3; });
  EXPECT_THAT(recorder_.order, ElementsAre("restarted", "session", "session"));
  Connect(kSplit);
}

TEST_F(ViciBackendTest, ACharonThatIsNotThereYetIsWaitedFor) {
  backend_ = std::make_unique<ViciBackend>(executor_, clock_, options_);
  EXPECT_EQ(backend_->Begin(&recorder_).code(), absl::StatusCode::kUnavailable);
  charon_.Run();
  UntilStatus(kSplit, kDisconnected);
  EXPECT_EQ(recorder_.restarts, 0);
}

TEST_F(ViciBackendTest, AStoppedCharonIsReassertingNotConnected) {
  Begin();
  Connect(kSplit);
  charon_.hangs = true;
  UntilStatus(kSplit, kReasserting);
  EXPECT_THAT(recorder_.last[kSplit].detail, HasSubstr("no answer"));
}

TEST_F(ViciBackendTest, ALostPathIsReassertingUntilTheGatewayAnswers) {
  Begin();
  Connect(kSplit);
  charon_.Log("home", 1, "no route found to reach peer, MOBIKE update deferred");
  UntilStatus(kSplit, kReasserting);
  const size_t listings = charon_.listings;
  Until([&] { return charon_.listings > listings + 2; });
  EXPECT_EQ(recorder_.last[kSplit].status, kReasserting);  // it is still listed as installed
  charon_.Log("home", 1, "received packet: from 198.51.100.1[4500] to 192.0.2.2[4500] (80 bytes)");
  UntilStatus(kSplit, kConnected);
  EXPECT_EQ(charon_.Count("terminate"), 0u);
}

TEST_F(ViciBackendTest, AnUnansweredPathIsEndedBecauseCharonWouldKeepIt) {
  options_.reassert_timeout = absl::Milliseconds(50);
  Begin();
  Connect(kSplit);
  Connect(kFull);
  charon_.Log("home", 1, "path probing attempt 1");
  UntilStatus(kSplit, kReasserting);
  charon_.Log("home", 1, "path probing attempt 2");
  UntilStatus(kSplit, kDisconnected);
  UntilStatus(kFull, kDisconnected);
  EXPECT_EQ(recorder_.last[kSplit].stop_reason, 13);
  EXPECT_EQ(recorder_.last[kSplit].cause, FailureCause::kTimeout);
  EXPECT_EQ(charon_.Count("terminate"), 1u);
  EXPECT_EQ(charon_.commands.back().second.Value("timeout"), "");  // a dead peer's answer is not waited for
  Connect(kSplit);
}

TEST_F(ViciBackendTest, APathThatAnswersWithinTheTimeoutIsKept) {
  options_.reassert_timeout = absl::Milliseconds(30);
  Begin();
  Connect(kSplit);
  charon_.Log("home", 1, "path probing attempt 1");
  UntilStatus(kSplit, kReasserting);
  charon_.Log("home", 1, "received packet: from 198.51.100.1[4500]");
  UntilStatus(kSplit, kConnected);
  For(absl::Milliseconds(80));
  EXPECT_EQ(recorder_.last[kSplit].status, kConnected);
  EXPECT_EQ(charon_.Count("terminate"), 0u);
}

TEST_F(ViciBackendTest, WhatCharonGaveUpProbingIsEndedAtOnce) {
  options_.reassert_timeout = absl::Hours(1);
  Begin();
  Connect(kSplit);
  charon_.Log("home", 1, "giving up after 10 path probings");
  UntilStatus(kSplit, kDisconnected);
  EXPECT_EQ(recorder_.last[kSplit].stop_reason, 13);
}

TEST_F(ViciBackendTest, ConnectionsLoadedAndUnloadedAreNoticed) {
  Begin();
  charon_.children = {{"home", "split"}, {"office", "net"}};
  Until([&] { return recorder_.installed.size() == 2; });
  UntilStatus(Uuid::FromName("vici:office/net"), kDisconnected);
  EXPECT_EQ(recorder_.last[kFull].status, kInvalid);
  EXPECT_EQ(Start(kFull).code(), absl::StatusCode::kNotFound);
}

TEST_F(ViciBackendTest, CannotActForAUser) {
  Begin();
  EXPECT_EQ(backend_->StartSession(kSplit, 501).code(), absl::StatusCode::kUnimplemented);
}

TEST_F(ViciBackendTest, NothingIsDeliveredAfterItIsGone) {
  Begin();
  ASSERT_TRUE(Start(kSplit).ok());
  const size_t before = recorder_.order.size();
  backend_.reset();
  For(absl::Milliseconds(30));
  EXPECT_EQ(recorder_.order.size(), before);
}

}  // namespace
}  // namespace holdfast::vici

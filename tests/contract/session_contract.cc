#include "tests/contract/session_contract.h"

#include <algorithm>
#include <map>
#include <set>

namespace holdfast::session {

using ::testing::ElementsAre;
using Status = SessionStatus;

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SessionContract);

void Recorder::OnSession(const SessionEvent& event) {
  EXPECT_FALSE(inside_call) << "an event came from inside a method call";
  if (installed == 0) ++events_before_installed;
  events.push_back(event);
}

void Recorder::OnInstalled(const InstalledFacts& now) {
  EXPECT_FALSE(inside_call) << "installed facts came from inside a method call";
  ++installed;
  facts = now;
}

void Recorder::OnManagerRestarted(const std::string&) {
  EXPECT_FALSE(inside_call);
  ++restarts;
  events_at_restart = events.size();
}

std::vector<SessionStatus> Recorder::Statuses(const Uuid& service) const {
  std::vector<SessionStatus> result;
  for (const SessionEvent& event : events) {
    if (event.service != service) continue;
    if (result.empty() || result.back() != event.status) result.push_back(event.status);
  }
  return result;
}

SessionEvent Recorder::Last(const Uuid& service) const {
  for (auto it = events.rbegin(); it != events.rend(); ++it) {
    if (it->service == service) return *it;
  }
  return {};
}

absl::Status SessionContract::Begin() {
  const absl::Status status = Guarded([&] { return subject->backend().Begin(&recorder); });
  if (!status.ok()) return status;
  const auto told = [&] {
    return recorder.IsNow(subject->service(), Status::kDisconnected) &&
           recorder.IsNow(subject->other_service(), Status::kDisconnected);
  };
  return subject->RunUntil(told) ? absl::OkStatus() : absl::DeadlineExceededError("no first statuses");
}

absl::Status SessionContract::Start(const Uuid& service) {
  return Guarded([&] { return subject->backend().StartSession(service, std::nullopt); });
}

absl::Status SessionContract::Stop(const Uuid& service) {
  return Guarded([&] { return subject->backend().StopSession(service); });
}

void SessionContract::BeginAndConnect() {
  ASSERT_TRUE(Begin().ok());
  ASSERT_TRUE(Start(subject->service()).ok());
  ASSERT_TRUE(subject->RunUntil([&] { return recorder.IsNow(subject->service(), Status::kConnected); }));
}

TEST_P(SessionContract, TellsWhatIsInstalledFirstAndThenEachStatus) {
  ASSERT_TRUE(Begin().ok());
  EXPECT_EQ(recorder.events_before_installed, 0u);
  EXPECT_GE(recorder.installed, 1);
  std::vector<Uuid> ids;
  for (const ServiceFacts& service : recorder.facts.services) ids.push_back(service.id);
  EXPECT_THAT(ids, ::testing::IsSupersetOf({subject->service(), subject->other_service()}));
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
}

TEST_P(SessionContract, AnAcceptedStartLeadsThroughConnectingToConnected) {
  BeginAndConnect();
  EXPECT_THAT(recorder.Statuses(subject->service()),
              ElementsAre(Status::kDisconnected, Status::kConnecting, Status::kConnected));
  EXPECT_THAT(recorder.Statuses(subject->other_service()), ElementsAre(Status::kDisconnected));
}

TEST_P(SessionContract, ConnectingProvesNothing) {
  if (!GetParam().optimistic) GTEST_SKIP() << "this back end shows only what was reported to it";
  ASSERT_TRUE(Begin().ok());
  subject->Hang(subject->service());
  ASSERT_TRUE(Start(subject->service()).ok());
  EXPECT_TRUE(subject->RunUntil([&] { return recorder.IsNow(subject->service(), Status::kConnecting); }));
}

TEST_P(SessionContract, AStartWhileConnectingIsAcceptedAndSkipped) {
  ASSERT_TRUE(Begin().ok());
  ASSERT_TRUE(Start(subject->service()).ok());
  ASSERT_TRUE(subject->RunUntil([&] { return recorder.IsNow(subject->service(), Status::kConnecting); }));
  EXPECT_TRUE(Start(subject->service()).ok());
  ASSERT_TRUE(subject->RunUntil([&] { return recorder.IsNow(subject->service(), Status::kConnected); }));
  subject->Settle();
  EXPECT_TRUE(recorder.IsNow(subject->service(), Status::kConnected));
}

TEST_P(SessionContract, ASkippedStartIsKnownToTheManager) {
  if (subject->SkippedStarts() < 0) GTEST_SKIP() << "the manager behind this back end never sees one";
  ASSERT_TRUE(Begin().ok());
  ASSERT_TRUE(Start(subject->service()).ok());
  ASSERT_TRUE(subject->RunUntil([&] { return recorder.IsNow(subject->service(), Status::kConnecting); }));
  EXPECT_TRUE(Start(subject->service()).ok());
  subject->Settle();
  EXPECT_EQ(subject->SkippedStarts(), 1);
}

TEST_P(SessionContract, AStartWhileConnectedEndsConnected) {
  BeginAndConnect();
  EXPECT_TRUE(Start(subject->service()).ok());
  subject->Settle();
  EXPECT_TRUE(recorder.IsNow(subject->service(), Status::kConnected));
}

TEST_P(SessionContract, AStopLeadsToDisconnectedByCommand) {
  BeginAndConnect();
  ASSERT_TRUE(Stop(subject->service()).ok());
  ASSERT_TRUE(subject->RunUntil([&] { return recorder.IsNow(subject->service(), Status::kDisconnected); }));
  const SessionEvent last = recorder.Last(subject->service());
  ASSERT_TRUE(last.stop_reason.has_value());
  EXPECT_EQ(last.cause, FailureCause::kStopCommand);
}

TEST_P(SessionContract, AStopEndsAHangingStart) {
  ASSERT_TRUE(Begin().ok());
  subject->Hang(subject->service());
  ASSERT_TRUE(Start(subject->service()).ok());
  ASSERT_TRUE(subject->RunUntil([&] { return recorder.IsNow(subject->service(), Status::kConnecting); }));
  ASSERT_TRUE(Stop(subject->service()).ok());
  EXPECT_TRUE(subject->RunUntil([&] { return recorder.IsNow(subject->service(), Status::kDisconnected); }));
}

TEST_P(SessionContract, AStopOfADisconnectedSessionChangesNothing) {
  ASSERT_TRUE(Begin().ok());
  EXPECT_TRUE(Stop(subject->service()).ok());
  subject->Settle();
  EXPECT_TRUE(recorder.IsNow(subject->service(), Status::kDisconnected));
}

TEST_P(SessionContract, ItConnectsAgainAfterAStop) {
  BeginAndConnect();
  ASSERT_TRUE(Stop(subject->service()).ok());
  ASSERT_TRUE(subject->RunUntil([&] { return recorder.IsNow(subject->service(), Status::kDisconnected); }));
  ASSERT_TRUE(Start(subject->service()).ok());
  EXPECT_TRUE(subject->RunUntil([&] { return recorder.IsNow(subject->service(), Status::kConnected); }));
}

TEST_P(SessionContract, GenerationsGrowPerService) {
  BeginAndConnect();
  ASSERT_TRUE(Stop(subject->service()).ok());
  subject->Settle();
  std::map<Uuid, uint64_t> last;
  for (const SessionEvent& event : recorder.events) {
    EXPECT_GT(event.generation, last[event.service]);
    last[event.service] = event.generation;
  }
}

TEST_P(SessionContract, ServicesAreIndependent) {
  BeginAndConnect();
  ASSERT_TRUE(Start(subject->other_service()).ok());
  ASSERT_TRUE(
      subject->RunUntil([&] { return recorder.IsNow(subject->other_service(), Status::kConnected); }));
  ASSERT_TRUE(Stop(subject->other_service()).ok());
  ASSERT_TRUE(
      subject->RunUntil([&] { return recorder.IsNow(subject->other_service(), Status::kDisconnected); }));
  subject->Settle();
  EXPECT_TRUE(recorder.IsNow(subject->service(), Status::kConnected));
}

TEST_P(SessionContract, AnUnknownServiceIsNotFound) {
  ASSERT_TRUE(Begin().ok());
  const Uuid unknown = Uuid::FromName("no such service");
  EXPECT_EQ(Start(unknown).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Stop(unknown).code(), absl::StatusCode::kNotFound);
}

TEST_P(SessionContract, ARestartOfTheManagerIsToldAndThenEachStatusAgain) {
  BeginAndConnect();
  if (!subject->RestartManager()) GTEST_SKIP() << "nothing stands behind this back end that could restart";
  ASSERT_TRUE(subject->RunUntil([&] { return recorder.restarts == 1; }));
  subject->Settle();
  std::set<Uuid> told;
  for (size_t i = recorder.events_at_restart; i < recorder.events.size(); ++i) {
    told.insert(recorder.events[i].service);
  }
  EXPECT_THAT(told, ::testing::IsSupersetOf({subject->service(), subject->other_service()}));
  ASSERT_TRUE(Start(subject->service()).ok());
  EXPECT_TRUE(subject->RunUntil([&] { return recorder.IsNow(subject->service(), Status::kConnected); }));
}

TEST_P(SessionContract, ItSaysWhatItCanDo) {
  std::map<std::string, bool> can;
  for (const Capability& capability : subject->backend().Capabilities()) {
    can[capability.name] = capability.available;
  }
  EXPECT_TRUE(can["start"]);
  EXPECT_TRUE(can["stop"]);
  EXPECT_EQ(subject->backend().Name(), GetParam().name);
}

}  // namespace holdfast::session

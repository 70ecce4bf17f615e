// The back end over the session library: the traps of docs/ne-session.md, 1.6 and 1.7.
#include "agent/session/darwin/darwin_backend.h"

#include "tests/agent/session/darwin/darwin_fixture.h"

namespace holdfast::session {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Status = SessionStatus;

class Told : public Listener {
 public:
  void OnSession(const SessionEvent& event) override { events.push_back(event); }
  void OnInstalled(const InstalledFacts& facts) override { installed.push_back(facts); }
  void OnManagerRestarted(const std::string& detail) override { restarts.push_back(detail); }
  std::vector<Status> Statuses(const Uuid& service) const {
    std::vector<Status> all;
    for (const SessionEvent& event : events) {
      if (event.service == service && (all.empty() || all.back() != event.status))
        all.push_back(event.status);
    }
    return all;
  }
  std::vector<SessionEvent> events;
  std::vector<InstalledFacts> installed;
  std::vector<std::string> restarts;
};

class DarwinBackendTest : public sim::DarwinTest {
 protected:
  explicit DarwinBackendTest(const sim::Answers& answers = {}) : DarwinTest(answers), configurations(mac) {}
  void Begin() { Begin(darwin.Symbols()); }
  void Begin(const ne::FindSymbol& find) {
    backend = std::make_unique<DarwinBackend>(time, time, MakeClient(find), configurations);
    ASSERT_TRUE(backend->Begin(&told).ok());
    time.RunFor(absl::Seconds(1));
  }
  void Connect(const Uuid& id) {
    ASSERT_TRUE(backend->StartSession(id, std::nullopt).ok());
    time.RunFor(absl::Seconds(10));
    ASSERT_EQ(told.events.back().status, Status::kConnected);
    told.events.clear();
  }

  sim::SimulatedConfigurations configurations;
  Told told;
  std::unique_ptr<DarwinBackend> backend;
};

TEST_F(DarwinBackendTest, AStartThatIsSkippedIsNeverShownAsConnecting) {
  const Uuid id = Install("one");
  Begin();
  Connect(id);
  ASSERT_TRUE(backend->StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Minutes(1));
  for (const SessionEvent& event : told.events) EXPECT_EQ(event.status, Status::kConnected);
}

TEST_F(DarwinBackendTest, AStopOfAManagerThatIsGoneIsNotShownAsDisconnecting) {
  const Uuid id = Install("one");
  Begin();
  mac.settings().timers.manager_restart = absl::Seconds(30);
  mac.RestartManager();
  ASSERT_TRUE(backend->StopSession(id).ok());
  time.RunFor(absl::Seconds(10));
  EXPECT_EQ(told.events.back().status, Status::kDisconnected);
  EXPECT_THAT(told.events.back().detail, HasSubstr("guess"));
}

TEST_F(DarwinBackendTest, SaysWhyASessionIsDown) {
  const Uuid id = Install("one");
  Begin();
  mac.SetGateway("one.example.com", sim::Gateway::kAuthFails);
  ASSERT_TRUE(backend->StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Minutes(1));
  const SessionEvent& last = told.events.back();
  EXPECT_EQ(last.status, Status::kDisconnected);
  EXPECT_EQ(last.stop_reason, 23);
  EXPECT_EQ(last.cause, FailureCause::kAuthentication);
  EXPECT_EQ(last.detail, "");  // the system has no other words for it
}

TEST_F(DarwinBackendTest, AServiceThatIsMadeAnewWithAnotherIdIsAnotherService) {
  const Uuid id = Install("one");
  Begin();
  Connect(id);
  ServiceFacts anew = sim::MakeService("one");
  anew.id = Uuid::FromName("one, made anew");
  mac.Install(sim::MakeProfile(anew));
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(backend->StartSession(id, std::nullopt).code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(backend->StartSession(id, std::nullopt).message()),
              HasSubstr("installed are: 'one'"));
  EXPECT_TRUE(backend->StartSession(anew.id, std::nullopt).ok());
  time.RunFor(absl::Seconds(10));
  EXPECT_EQ(told.Statuses(anew.id).back(), Status::kConnected);
  EXPECT_EQ(Alive("sessions"), 1);
}

TEST_F(DarwinBackendTest, ARenamedServiceKeepsItsSession) {
  const Uuid id = Install("one");
  Begin();
  Connect(id);
  ServiceFacts renamed = sim::MakeService("one");
  renamed.name = "Uno";
  mac.Install(sim::MakeProfile(renamed));
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(Alive("sessions"), 1);
  EXPECT_THAT(std::string(backend->StopSession(Uuid::FromName("none")).message()), HasSubstr("'Uno'"));
}

TEST_F(DarwinBackendTest, OneThatComesBackCountsOn) {
  const Uuid id = Install("one");
  Begin();
  const uint64_t before = told.events.back().generation;
  ASSERT_TRUE(mac.Remove("com.example.one").ok());
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(Alive("sessions"), 0);
  told.events.clear();
  Install("one");
  ASSERT_FALSE(told.events.empty());
  EXPECT_EQ(told.events.front().service, id);
  EXPECT_GT(told.events.front().generation, before);
}

// Twenty starts in a second are twenty events; the manager is asked one question at a time.
TEST_F(DarwinBackendTest, AStormOfEventsIsAFewQuestions) {
  const Uuid id = Install("one");
  Begin();
  told.events.clear();
  mac.StartStorm(id, "Vendor", 200);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(backend->StartSession(id, std::nullopt).ok());
  const uint64_t before = darwin.questions();
  time.RunFor(absl::Milliseconds(500));
  EXPECT_LT(darwin.questions() - before, 100u);
  time.RunFor(absl::Minutes(2));
  EXPECT_EQ(Alive("sessions"), 1);
}

TEST_F(DarwinBackendTest, CountsWhatComesIn) {
  const Uuid id = Install("one");
  Begin();
  absl::StatusOr<uint64_t> bytes = absl::UnknownError("not asked");
  const auto count = [&](const Uuid& service) {
    backend->CountInbound(service, [&](absl::StatusOr<uint64_t> n) { bytes = n; });
    time.RunFor(absl::Seconds(1));
  };
  count(id);
  EXPECT_EQ(bytes.status().code(), absl::StatusCode::kNotFound);
  Connect(id);
  count(id);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const uint64_t first = *bytes;
  count(id);
  EXPECT_GT(*bytes, first);
  count(Uuid::FromName("none"));
  EXPECT_EQ(bytes.status().code(), absl::StatusCode::kNotFound);
}

TEST_F(DarwinBackendTest, OnBehalfOfAUserItCannot) {
  const Uuid id = Install("one");
  Begin();
  EXPECT_EQ(backend->StartSession(id, 501).code(), absl::StatusCode::kUnimplemented);
}

// A question on its way, a session that ends, a callback that comes late: nothing is told after the end.
TEST_F(DarwinBackendTest, ItMayDieAtAnyMoment) {
  const Uuid id = Install("one");
  for (int step = 0; step < 60; ++step) {
    Begin();
    ASSERT_TRUE(backend->StartSession(id, std::nullopt).ok());
    for (int i = 0; i < step; ++i) time.RunOne();
    backend.reset();
    const size_t events = told.events.size();
    ASSERT_TRUE(mac.Remove("com.example.one").ok());
    time.RunFor(absl::Minutes(1));
    EXPECT_EQ(told.events.size(), events);
    Install("one");
  }
}

// Worst of both: a new manager tells nobody who has not asked for it, and asking for the status does not.
class DeafAfterRestartTest : public DarwinBackendTest {
 protected:
  DeafAfterRestartTest()
      : DarwinBackendTest({.status_connects_first = false, .subscription_survives = false}) {}
};

TEST_F(DeafAfterRestartTest, ANewManagerIsHeard) {
  const Uuid id = Install("one");
  Begin();
  mac.RestartManager();
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(told.restarts.size(), 1u);
  told.events.clear();
  mac.UserConnect(id);
  time.RunFor(absl::Minutes(1));
  ASSERT_FALSE(told.events.empty());
  EXPECT_EQ(told.events.back().status, Status::kConnected);
}

class StuckManagerTest : public DarwinBackendTest {
 protected:
  StuckManagerTest() : DarwinBackendTest({.info_is_answered = false}) {}
};

TEST_F(StuckManagerTest, AManagerThatDoesNotAnswerIsNotWaitedForForEver) {
  const Uuid id = Install("one");
  Begin();
  EXPECT_TRUE(told.events.empty());
  time.RunFor(absl::Seconds(5));
  ASSERT_EQ(told.events.size(), 1u);
  EXPECT_EQ(told.events.back().status, Status::kDisconnected);
  EXPECT_THAT(told.events.back().detail, HasSubstr("did not answer"));
  ASSERT_TRUE(backend->StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(20));
  EXPECT_EQ(told.events.back().status, Status::kConnected);
}

// Everything else works without any one symbol.
TEST_F(DarwinBackendTest, WithoutAnyOneSymbolTheRestWorks) {
  const Uuid id = Install("one");
  for (const std::string& hidden : ne::Symbols([](const char*) -> void* { return nullptr; }).Missing()) {
    const ne::FindSymbol find = [&](const char* name) -> void* {
      return hidden == name ? nullptr : darwin.Symbols()(name);
    };
    if (!ne::Symbols(find).Usable()) continue;
    SCOPED_TRACE(hidden);
    Begin(find);
    const bool can_stop = hidden != "ne_session_stop";
    ASSERT_TRUE(backend->StartSession(id, std::nullopt).ok());
    time.RunFor(absl::Seconds(15));
    ASSERT_FALSE(told.events.empty());
    EXPECT_EQ(told.events.back().status, Status::kConnected);
    EXPECT_EQ(backend->StopSession(id).ok(), can_stop);
    if (!can_stop) mac.UserDisconnect(id);
    time.RunFor(absl::Seconds(30));
    EXPECT_EQ(told.events.back().status, Status::kDisconnected);
    backend.reset();
    told = {};
    time.RunFor(absl::Minutes(2));  // a start within the minute before does not count against the next
  }
}

}  // namespace
}  // namespace holdfast::session

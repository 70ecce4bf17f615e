// One session object of the private library: what it promises whatever the library does.
#include "agent/session/darwin/ne_session.h"

#include "tests/agent/session/darwin/darwin_fixture.h"

namespace holdfast::ne {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NeSessionTest : public sim::DarwinTest, public ::testing::WithParamInterface<uint64_t> {
 protected:
  NeSessionTest() : DarwinTest(sim::Answers::FromSeed(GetParam())) {}

  std::unique_ptr<NeSession> Make(const Uuid& id) {
    return NeSession::Create(MakeClient(), id, SessionType::kVpn,
                             [this](Event event) { events.push_back(event); });
  }
  SessionStatus Status(NeSession& session) {
    SessionStatus status = SessionStatus::kInvalid;
    session.GetStatus([&](SessionStatus s) { status = s; });
    time.RunFor(absl::Seconds(1));
    return status;
  }
  std::optional<Value> Info(NeSession& session) {
    std::optional<Value> info;
    session.GetInfo(InfoType::kExtendedStatus, [&](std::optional<Value> v) { info = std::move(v); });
    time.RunFor(absl::Seconds(1));
    return info;
  }
  size_t Canceled() const { return std::count(events.begin(), events.end(), Event::kCanceled); }

  std::vector<Event> events;
};

TEST_P(NeSessionTest, StartsAndSaysSo) {
  auto session = Make(Install("one"));
  ASSERT_NE(session, nullptr);
  EXPECT_TRUE(session->Start());
  time.RunFor(absl::Seconds(10));
  EXPECT_EQ(mac.StatusOf(Uuid::FromName("one")), SessionStatus::kConnected);
  EXPECT_EQ(Status(*session), SessionStatus::kConnected);
  EXPECT_THAT(events, ::testing::Contains(Event::kStatusChanged));
  const auto info = Info(*session);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(*info->Get("NEStatus")->number(), 3);
}

// A start of a connected session is skipped without a word; only the manager knows that nothing began.
TEST_P(NeSessionTest, TheCachedStatusHopesAndTheManagersIsTrue) {
  auto session = Make(Install("one"));
  ASSERT_TRUE(session->Start());
  time.RunFor(absl::Seconds(10));
  ASSERT_TRUE(session->Start());
  std::optional<Value> info;
  SessionStatus cached = SessionStatus::kInvalid;
  session->GetStatus([&](SessionStatus s) { cached = s; });
  session->GetInfo(InfoType::kExtendedStatus, [&](std::optional<Value> v) { info = std::move(v); });
  time.RunFor(absl::Milliseconds(60));
  EXPECT_EQ(cached, SessionStatus::kConnecting);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(*info->Get("NEStatus")->number(), 3);
}

TEST_P(NeSessionTest, CancelIsTheLastWordAndComesOnce) {
  auto session = Make(Install("one"));
  time.RunFor(absl::Seconds(1));
  ASSERT_TRUE(session->Start());  // its event is on its way when the session is cancelled
  session->Cancel();
  session->Cancel();
  EXPECT_FALSE(session->Start());
  EXPECT_EQ(Alive("sessions"), 1);  // until the library has said that it is cancelled
  events.clear();
  time.RunFor(absl::Seconds(10));
  EXPECT_THAT(events, ElementsAre(Event::kCanceled));
  EXPECT_EQ(Alive("sessions"), 0);
  EXPECT_EQ(Status(*session), SessionStatus::kInvalid);
  EXPECT_FALSE(Info(*session).has_value());
}

TEST_P(NeSessionTest, NothingIsToldAfterItsEnd) {
  auto session = Make(Install("one"));
  ASSERT_TRUE(session->Start());
  time.RunFor(absl::Milliseconds(5));
  events.clear();
  session.reset();
  time.RunFor(absl::Minutes(1));
  EXPECT_THAT(events, IsEmpty());
  EXPECT_EQ(Alive("sessions"), 0);
}

// As when a configuration is removed and comes back at once. Where the library gives both one handle, the end
// of the first is under way on the handle that the second listens to.
TEST_P(NeSessionTest, ItsSuccessorIsNotDeaf) {
  const Uuid id = Install("one");
  auto session = Make(id);
  time.RunFor(absl::Seconds(1));
  session.reset();
  session = Make(id);
  time.RunFor(absl::Seconds(1));
  EXPECT_EQ(Canceled(), 0u);
  events.clear();
  ASSERT_TRUE(session->Start());
  time.RunFor(absl::Seconds(10));
  EXPECT_THAT(events, ::testing::Contains(Event::kStatusChanged));
  EXPECT_EQ(Status(*session), SessionStatus::kConnected);
}

TEST_P(NeSessionTest, ItsOwnCallbackMayEndIt) {
  std::unique_ptr<NeSession> session;
  session =
      NeSession::Create(MakeClient(), Install("one"), SessionType::kVpn, [&](Event) { session.reset(); });
  ASSERT_NE(session, nullptr);
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(session, nullptr);
}

TEST_P(NeSessionTest, AnUnknownConfigurationHasNoStatus) {
  auto session = Make(Uuid::FromName("never installed"));
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(Status(*session), SessionStatus::kInvalid);
  const auto info = Info(*session);
  EXPECT_TRUE(!info || info->Get("NEStatus") == nullptr);
}

TEST_P(NeSessionTest, WithoutTheManagerNothingIsKnownAndAStartBringsItBack) {
  auto session = Make(Install("one"));
  time.RunFor(absl::Seconds(1));
  mac.settings().timers.manager_restart = absl::Seconds(30);
  mac.RestartManager();
  time.RunFor(absl::Seconds(1));
  EXPECT_EQ(Status(*session), SessionStatus::kDisconnected);
  EXPECT_FALSE(Info(*session).has_value());
  EXPECT_TRUE(session->Start());  // launchd keeps it until the manager is there
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(mac.StatusOf(Uuid::FromName("one")), SessionStatus::kConnected);
}

TEST_P(NeSessionTest, ArmedAgainItHearsANewManager) {
  auto session = Make(Install("one"));
  time.RunFor(absl::Seconds(1));
  mac.RestartManager();
  time.RunFor(absl::Seconds(10));
  session->Rearm();
  time.RunFor(absl::Seconds(1));
  events.clear();
  mac.UserConnect(Uuid::FromName("one"));
  time.RunFor(absl::Seconds(10));
  EXPECT_THAT(events, ::testing::Contains(Event::kStatusChanged));
  EXPECT_EQ(Canceled(), 0u);
}

void ExpectNoSecret(const Value& value) {
  if (value.text() != nullptr) EXPECT_EQ(value.text()->find("hunter2"), std::string::npos);
  if (value.dictionary() != nullptr) {
    for (const auto& [key, inner] : *value.dictionary()) ExpectNoSecret(inner);
  }
  if (value.array() != nullptr) {
    for (const Value& inner : *value.array()) ExpectNoSecret(inner);
  }
}

TEST_P(NeSessionTest, TheOptionsOfAStartAreNotRead) {
  auto session = Make(Install("one"));
  const auto info = Info(*session);
  ASSERT_TRUE(info.has_value());
  ASSERT_NE(info->Get("StartMessage"), nullptr);
  ExpectNoSecret(*info);
}

// The agent dies between a question and its answer: nothing of it may run, or be left.
TEST_P(NeSessionTest, TheProcessDies) {
  auto session = Make(Install("one"));
  bool answered = false;
  ASSERT_TRUE(session->Start());
  session->GetStatus([&](SessionStatus) { answered = true; });
  session->GetInfo(InfoType::kExtendedStatus, [&](const std::optional<Value>&) { answered = true; });
  events.clear();
  darwin.KillAgent();
  time.RunFor(absl::Minutes(1));
  EXPECT_FALSE(answered);
  EXPECT_THAT(events, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(UnderManyAnswers, NeSessionTest, ::testing::Range<uint64_t>(0, 48));

}  // namespace
}  // namespace holdfast::ne

// The public fallback beyond the contract: what it asks, how often, and what it does when scutil fails.
#include "agent/session/scutil/scutil_backend.h"

#include <gmock/gmock.h>

#include "sim/scutil/simulated_scutil.h"
#include "tests/sim/mac_fixture.h"

namespace holdfast::session {
namespace {

class Told : public Listener {
 public:
  void OnSession(const SessionEvent& event) override { events.push_back(event); }
  void OnInstalled(const InstalledFacts& facts) override { installed.push_back(facts); }
  void OnManagerRestarted(const std::string&) override {}
  std::vector<SessionEvent> events;
  std::vector<InstalledFacts> installed;
};

class ScutilTest : public ::testing::Test {
 protected:
  ScutilTest()
      : mac(time, time, 5),
        scutil(mac),
        backend(time, time,
                [this](auto arguments, absl::Duration, auto done) { scutil.Run(arguments, done); }) {}
  Uuid Install(const std::string& name) {
    mac.Install(sim::MakeProfile(sim::MakeService(name, ServiceType::kIpsec)));
    time.RunFor(absl::Minutes(1));
    return Uuid::FromName(name);
  }
  void Begin() {
    ASSERT_TRUE(backend.Begin(&told).ok());
    time.RunFor(absl::Seconds(1));
  }

  sim::VirtualTime time;
  sim::SimulatedMac mac;
  sim::SimulatedScutil scutil;
  Told told;
  ScutilBackend backend;
};

TEST_F(ScutilTest, LooksSeldomAtRestAndCloselyAfterACommand) {
  const Uuid id = Install("one");
  Begin();
  const int before = scutil.runs;
  time.RunFor(absl::Minutes(10));
  EXPECT_LE(scutil.runs - before, 41);
  const int at_command = scutil.runs;
  ASSERT_TRUE(backend.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Minutes(1));
  EXPECT_GT(scutil.runs - at_command, 60);
  time.RunFor(absl::Minutes(2));
  const int later = scutil.runs;
  time.RunFor(absl::Minutes(10));
  EXPECT_LE(scutil.runs - later, 41);
}

TEST_F(ScutilTest, SaysWhyASessionIsDown) {
  const Uuid id = Install("one");
  Begin();
  mac.SetGateway("one.example.com", sim::Gateway::kAuthFails);
  ASSERT_TRUE(backend.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(told.events.back().status, SessionStatus::kDisconnected);
  EXPECT_EQ(told.events.back().stop_reason, 23);
  EXPECT_EQ(told.events.back().cause, FailureCause::kAuthentication);
}

// The list calls a session that reasserts "Connecting"; its details know better, and are not asked for again.
TEST_F(ScutilTest, WhatTheListCallsOtherwiseIsToldOnce) {
  ServiceFacts moving = sim::MakeService("one");  // one that moves to another network
  mac.Install(sim::MakeProfile(moving));
  Begin();
  mac.UserConnect(moving.id);
  time.RunFor(absl::Minutes(1));
  mac.settings().timers.reassert = absl::Minutes(30);
  mac.NetworkDown();
  time.RunFor(absl::Minutes(1));
  ASSERT_EQ(told.events.back().status, SessionStatus::kReasserting);
  const size_t events = told.events.size();
  time.RunFor(absl::Minutes(5));
  EXPECT_EQ(told.events.size(), events);
}

TEST_F(ScutilTest, AProgramThatFailsChangesNothing) {
  Install("one");
  Begin();
  const size_t events = told.events.size();
  scutil.broken = true;
  Install("two");
  time.RunFor(absl::Minutes(5));
  EXPECT_EQ(told.installed.size(), 1u);
  EXPECT_EQ(told.events.size(), events);
  scutil.broken = false;
  time.RunFor(absl::Minutes(1));
  ASSERT_EQ(told.installed.size(), 2u);
  EXPECT_EQ(told.installed.back().services.size(), 2u);
}

TEST_F(ScutilTest, SeesWhatOthersDo) {
  const Uuid id = Install("one");
  Begin();
  mac.UserConnect(id);
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(told.events.back().status, SessionStatus::kConnected);
  absl::StatusOr<uint64_t> bytes = absl::UnknownError("");
  backend.CountInbound(id, [&](absl::StatusOr<uint64_t> n) { bytes = n; });
  time.RunFor(absl::Seconds(1));
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  ASSERT_TRUE(mac.Remove("com.example.one").ok());
  time.RunFor(absl::Minutes(1));
  EXPECT_TRUE(told.installed.back().services.empty());
  EXPECT_EQ(backend.StopSession(id).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace holdfast::session

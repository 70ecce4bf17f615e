#include <algorithm>

#include "tests/agent/daemon/world.h"

namespace holdfast::agent {
namespace {

using ::testing::HasSubstr;

TEST(Agent, ConnectsWhatThePolicyRequires) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(5));
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
  const std::vector<Verdict> verdicts = world.Rows<Verdict>();
  ASSERT_FALSE(verdicts.empty());
  EXPECT_EQ(verdicts.back().time_class, TimeClass::kProtected);
}

TEST(Agent, APersonsDisconnectIsRestoredAndEveryStepIsARow) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(5));
  world.mac.UserDisconnect(world.corp);
  world.RunFor(absl::Seconds(5));
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kDisconnected);
  world.RunFor(absl::Seconds(25));
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
  world.CheckChain();
  const std::vector<Verdict> verdicts = world.Rows<Verdict>();
  const bool violated = std::any_of(verdicts.begin(), verdicts.end(), [](const Verdict& verdict) {
    return verdict.time_class == TimeClass::kViolation;
  });
  EXPECT_TRUE(violated);
}

TEST(Agent, AuditModeSendsNoCommand) {
  World world;
  std::string text = kEnforce;
  text.replace(text.find("enforce\n"), 7, "audit");
  world.policy = text;
  world.Start();
  world.RunFor(absl::Hours(1));
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kDisconnected);
}

TEST(Agent, RowsReachTheServerOnceAndInOrder) {
  World world;
  world.Start();
  for (int i = 0; i < 10; ++i) {
    world.RunFor(absl::Minutes(3));
    world.mac.UserDisconnect(world.corp);
  }
  world.RunFor(absl::Minutes(3));
  EXPECT_EQ(world.server.rows.size(), world.journal->head().seq);
  EXPECT_EQ(world.journal->acked_through(), world.journal->head().seq);
}

TEST(Agent, WorksWithoutAServer) {
  World world;
  world.with_server = false;
  world.Start();
  world.RunFor(absl::Minutes(5));
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
  EXPECT_EQ(world.agent->Status().uplink.state, "no server");
}

TEST(Agent, EnforcesWhileTheServerIsAway) {
  World world;
  world.server.reachable = false;
  world.Start();
  world.RunFor(absl::Hours(3));
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
  EXPECT_EQ(world.agent->Status().uplink.state, "backing off");
}

TEST(Agent, AStopIsARowAGoodbyeAndACleanStart) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(5));
  world.Stop();
  EXPECT_EQ(world.server.syncs.back().goodbye, wire::Goodbye::kStop);
  world.Start();
  world.RunFor(absl::Minutes(1));
  EXPECT_TRUE(world.opened.clean);
  EXPECT_EQ(world.Rows<AgentStopped>().size(), 1u);
  ASSERT_EQ(world.Rows<AgentStarted>().size(), 2u);
  EXPECT_TRUE(world.Rows<AgentStarted>()[1].clean_stop);
  EXPECT_EQ(world.server.rows.size(), world.journal->head().seq);
}

TEST(Agent, TheFirstStartOfAllFollowsNoStop) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(1));
  const AgentStarted first = world.Rows<AgentStarted>().front();
  EXPECT_FALSE(first.last_alive.has_value());
  EXPECT_EQ(Describe(Event(first)).find("unclean"), std::string::npos);
}

TEST(Agent, AfterAKillItKnowsUntilWhenItWasAlive) {
  World world;
  world.Start();
  world.RunFor(absl::Hours(2));
  const WallTime killed = world.time.Now().wall;
  world.Kill();
  world.RunFor(absl::Minutes(30));
  world.Start();
  world.RunFor(absl::Minutes(1));
  const AgentStarted started = world.Rows<AgentStarted>().back();
  EXPECT_FALSE(started.clean_stop);
  ASSERT_TRUE(started.last_alive.has_value());
  EXPECT_LE(started.last_alive->wall, killed);
  EXPECT_GE(started.last_alive->wall, killed - absl::Seconds(61));
}

TEST(Agent, AtRestItWritesNoOftenerThanItReports) {
  const auto unknown_after_kill = [](const char* heartbeat, absl::Duration lived) {
    World world;
    world.policy = absl::StrCat(kEnforce, "reporting: {heartbeatInterval: ", heartbeat, "}\n");
    world.Start();
    world.RunFor(lived);
    const WallTime killed = world.time.Now().wall;
    world.Kill();
    world.Start();
    world.RunFor(absl::Minutes(1));
    return killed - world.Rows<AgentStarted>().back().last_alive->wall;
  };
  EXPECT_LE(unknown_after_kill("60s", absl::Minutes(124)), absl::Minutes(1));
  EXPECT_GT(unknown_after_kill("300s", absl::Minutes(124)), absl::Minutes(1));
  EXPECT_LE(unknown_after_kill("3600s", absl::Minutes(124)), absl::Minutes(5));
}

TEST(Agent, AFullDiskLosesNothingAndHoldsNobodyUp) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(5));
  const uint64_t before = world.journal->head().seq;
  world.disk.SetCapacity(world.disk.used());
  for (int i = 0; i < 5; ++i) {
    world.mac.UserDisconnect(world.corp);
    world.RunFor(absl::Minutes(2));
    EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
  }
  EXPECT_THAT(world.agent->Status().warnings, ::testing::Contains(HasSubstr("kept in memory")));
  world.disk.SetCapacity(std::nullopt);
  world.RunFor(absl::Minutes(3));
  EXPECT_GT(world.journal->head().seq, before + 20);
  world.CheckChain();
  EXPECT_TRUE(world.Opened("disk_full"));
  EXPECT_TRUE(world.agent->Status().warnings.empty());
  // Each of the five disconnects is there.
  int disconnects = 0;
  for (const SessionEvent& event : world.Rows<SessionEvent>()) {
    disconnects += event.status == SessionStatus::kDisconnected && event.cause == FailureCause::kStopCommand;
  }
  EXPECT_GE(disconnects, 5);
}

TEST(Agent, AnOverrideIsGivenOnlyWhenItsRowIsOnDisk) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(10));
  const auto given =
      world.Ask(UserRequest::Verb::kOverride, "Corp VPN", "presenting to a customer", absl::Minutes(5));
  EXPECT_TRUE(given.status.ok()) << given.status;
  EXPECT_EQ(world.Rows<OverrideBegan>().size(), 1u);
}

TEST(Agent, AnOverrideThatCannotBeRecordedIsNotInForce) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(10));
  world.disk.SetCapacity(world.disk.used());
  // The write-ahead log may still have room: fill it.
  for (int i = 0; i < 20 && world.agent->Status().warnings.empty(); ++i) {
    world.mac.UserDisconnect(world.corp);
    world.RunFor(absl::Minutes(1));
  }
  const auto refused =
      world.Ask(UserRequest::Verb::kOverride, "Corp VPN", "presenting to a customer", absl::Minutes(5));
  EXPECT_TRUE(absl::IsResourceExhausted(refused.status)) << refused.status;
  for (const ServiceView& service : world.agent->Status().engine.services) {
    EXPECT_FALSE(service.override_until.has_value());
  }
}

TEST(Agent, ADamagedJournalIsSetAsideAndReported) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(5));
  world.Kill();
  std::string bytes = *world.disk.Contents("journal.db");
  for (size_t i = 0; i < bytes.size(); i += 7) bytes[i] = static_cast<char>(bytes[i] ^ 0x5a);
  world.disk.SetContents("journal.db", bytes);
  world.Start();
  world.RunFor(absl::Minutes(5));
  EXPECT_FALSE(world.opened.set_aside.empty());
  EXPECT_TRUE(world.Opened("journal_corrupt"));
  world.CheckChain();
  EXPECT_EQ(world.server.rows.size(), world.journal->head().seq);
}

TEST(Agent, AsksAreAnsweredByNameLabelAndUuid) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(5));
  for (const std::string& name : {std::string("corp"), std::string("CORP VPN"), world.corp.ToString()}) {
    const auto answer = world.Ask(UserRequest::Verb::kConnect, name);
    EXPECT_NE(answer.status.code(), absl::StatusCode::kNotFound) << name;
    EXPECT_NE(answer.status.code(), absl::StatusCode::kUnknown) << name;
  }
  const auto unknown = world.Ask(UserRequest::Verb::kConnect, "Home VPN");
  EXPECT_TRUE(absl::IsNotFound(unknown.status));
  EXPECT_THAT(std::string(unknown.status.message()), HasSubstr("Corp VPN"));
}

TEST(Agent, StatusSaysWhatIsGoingOn) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(5));
  const control::StatusView status = world.agent->Status();
  EXPECT_EQ(status.agent_version, "1.0");
  EXPECT_EQ(status.uplink.state, "online");
  EXPECT_EQ(status.uplink.device_id, world.server.device.ToString());
  EXPECT_EQ(status.uplink.epoch, world.journal->head().epoch);
  EXPECT_EQ(status.uplink.last_seq, world.journal->head().seq);
  EXPECT_EQ(status.uplink.acked_through, world.journal->acked_through());
  ASSERT_EQ(status.engine.services.size(), 1u);
  EXPECT_EQ(status.engine.services[0].status, SessionStatus::kConnected);
}

TEST(Agent, SaysGoodbyeBeforeSleepAndIsBackAfterIt) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(5));
  world.mac.Sleep();
  world.RunFor(absl::Minutes(1));
  const bool said =
      std::any_of(world.server.syncs.begin(), world.server.syncs.end(),
                  [](const wire::SyncRequest& request) { return request.goodbye == wire::Goodbye::kSleep; });
  EXPECT_TRUE(said);
  world.RunFor(absl::Hours(8));
  world.mac.Wake();
  world.RunFor(absl::Minutes(5));
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
  EXPECT_EQ(world.server.rows.size(), world.journal->head().seq);
}

}  // namespace
}  // namespace holdfast::agent

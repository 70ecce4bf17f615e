// Network, power, people, profiles and the session manager's process.
#include "tests/sim/mac_fixture.h"

namespace holdfast::sim {
namespace {

using Status = SessionStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Machine : public MacTest {};

// Two installations are still on their way when somebody begins to look: what he sees first is newer than
// both.
TEST_F(Machine, FactsOlderThanAnObserversFirstLookAreNotToldAgain) {
  mac.Install(MakeProfile(MakeService("one")));
  mac.Install(MakeProfile(MakeService("two")));
  Watcher late;
  mac.AddObserver(&late);
  time.RunFor(absl::Seconds(1));
  mac.RemoveObserver(&late);
  ASSERT_THAT(late.installed, SizeIs(1));
  EXPECT_THAT(late.installed[0].services, SizeIs(2));
}

// --- network

TEST_F(Machine, StartWithoutANetworkFailsWithNoNetwork) {
  const Uuid id = Install(MakeService("corp"));
  mac.NetworkDown();
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(watcher.Last(id).stop_reason, 4);
  EXPECT_FALSE(watcher.paths.back().satisfied);
}

TEST_F(Machine, AShortOutageIsReasserted) {
  const Uuid id = Connected(MakeService("corp"));
  mac.NetworkDown();
  time.RunFor(absl::Seconds(3));
  mac.NetworkUp();
  time.RunFor(absl::Seconds(5));
  EXPECT_THAT(watcher.Statuses(id), ElementsAre(Status::kReasserting, Status::kConnected));
}

TEST_F(Machine, ALongOutageEndsTheTunnel) {
  const Uuid id = Connected(MakeService("corp"));
  mac.NetworkDown();
  time.RunFor(absl::Seconds(15));
  EXPECT_EQ(watcher.Last(id).status, Status::kDisconnected);
  EXPECT_EQ(watcher.Last(id).stop_reason, 4);
}

TEST_F(Machine, RoamingMovesIkeVersion2AndEndsL2tp) {
  const Uuid moves = Connected(MakeService("moves"));
  const Uuid stays = Connected(MakeService("stays", ServiceType::kL2tp));
  mac.Roam("cafe");
  time.RunFor(absl::Seconds(5));
  EXPECT_THAT(watcher.Statuses(moves), ElementsAre(Status::kReasserting, Status::kConnected));
  EXPECT_EQ(watcher.Last(stays).stop_reason, 5);
  EXPECT_EQ(watcher.paths.back().network_id, "cafe");
}

TEST_F(Machine, RoamingToWhereTheGatewayIsNotEndsInNotReasserted) {
  const Uuid id = Connected(MakeService("corp"));
  mac.SetGateway("corp.example.com", Gateway::kUnreachable);
  mac.Roam();
  time.RunFor(absl::Seconds(15));
  EXPECT_EQ(watcher.Last(id).stop_reason, 13);
}

TEST_F(Machine, AVanishedGatewayIsNoticedByDeadPeerDetection) {
  const Uuid id = Connected(MakeService("corp"));
  mac.SetGateway("corp.example.com", Gateway::kUnreachable);
  time.RunFor(absl::Seconds(29));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
  time.RunFor(absl::Seconds(3));
  EXPECT_EQ(watcher.Last(id).stop_reason, 20);
}

TEST_F(Machine, AGatewayThatIsBackInTimeIsNotMissed) {
  const Uuid id = Connected(MakeService("corp"));
  mac.SetGateway("corp.example.com", Gateway::kUnreachable);
  time.RunFor(absl::Seconds(10));
  mac.SetGateway("corp.example.com", Gateway::kReachable);
  time.RunFor(absl::Minutes(5));
  EXPECT_THAT(watcher.Of(id), IsEmpty());
}

TEST_F(Machine, ProbesTellADeadTunnelFromALiveOne) {
  const Uuid id = Install(MakeService("corp"));
  EXPECT_EQ(mac.ProbeFailure(id, "10.66.0.1"), "no route to host: the tunnel is down");
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(mac.ProbeFailure(id, "10.66.0.1"), std::nullopt);
  mac.SetProbeHost("10.66.0.1", false);
  EXPECT_EQ(mac.ProbeFailure(id, "10.66.0.1"), "timed out");
  EXPECT_EQ(mac.ProbeFailure(id, "10.66.0.2"), std::nullopt);
  mac.SetGateway("corp.example.com", Gateway::kDead);
  time.RunFor(absl::Minutes(5));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
  EXPECT_EQ(mac.ProbeFailure(id, "10.66.0.2"), "timed out");
}

// --- power

TEST_F(Machine, SleepTakesTunnelsDownAndWakeTellsSo) {
  const Uuid id = Connected(MakeService("corp"));
  mac.Sleep();
  time.RunFor(absl::Hours(8));
  EXPECT_THAT(watcher.power, ElementsAre(PowerEvent::kWillSleep));
  EXPECT_THAT(watcher.Of(id), IsEmpty());  // nothing is delivered to a Mac that sleeps
  mac.Wake();
  time.RunFor(absl::Seconds(2));
  EXPECT_THAT(watcher.power, ElementsAre(PowerEvent::kWillSleep, PowerEvent::kFullWake));
  EXPECT_EQ(watcher.Last(id).status, Status::kDisconnected);
  EXPECT_EQ(watcher.Last(id).stop_reason, 9);
}

TEST_F(Machine, TunnelsSurviveSleepWhereTheScenarioSaysSo) {
  mac.settings().tunnels_survive_sleep = true;
  const Uuid id = Connected(MakeService("corp"));
  mac.Sleep();
  time.RunFor(absl::Hours(1));
  mac.Wake();
  time.RunFor(absl::Seconds(5));
  EXPECT_THAT(watcher.Of(id), IsEmpty());
}

TEST_F(Machine, ADarkWakeIsToldApart) {
  mac.Sleep();
  time.RunFor(absl::Hours(1));
  mac.DarkWake();
  time.RunFor(absl::Minutes(1));
  mac.Sleep();
  time.RunFor(absl::Hours(1));
  mac.Wake();
  time.RunFor(absl::Minutes(1));
  EXPECT_THAT(watcher.power, ElementsAre(PowerEvent::kWillSleep, PowerEvent::kDarkWake,
                                         PowerEvent::kWillSleep, PowerEvent::kFullWake));
}

TEST_F(Machine, AWakeRightAfterASleepWins) {
  const Uuid id = Connected(MakeService("corp"));
  mac.Sleep();
  mac.Wake();
  time.RunFor(absl::Minutes(1));
  EXPECT_FALSE(mac.asleep());
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
}

TEST_F(Machine, RebootEndsSessionsAndLogsOut) {
  mac.Login("alice");
  const Uuid id = Connected(MakeService("corp"));
  time.Reboot();
  mac.Reboot();
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(mac.StatusOf(id), Status::kDisconnected);
  EXPECT_EQ(watcher.Last(id).stop_reason, 0);
  EXPECT_FALSE(watcher.users.back().present);
  EXPECT_EQ(watcher.power.front(), PowerEvent::kShutdown);
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(watcher.Last(id).status, Status::kConnected);
}

// --- people

TEST_F(Machine, LogoutAndUserSwitchEndTheUsersTunnels) {
  ServiceFacts mine = MakeService("mine");
  mine.scope = ProfileScope::kUser;
  const Uuid id = Install(mine);
  const Uuid machine = Connected(MakeService("machine"));
  for (const auto& [leave, reason] : std::vector<std::pair<std::string, int>>{{"", 34}, {"bob", 35}}) {
    mac.Login("alice");
    mac.UserConnect(id);
    time.RunFor(absl::Seconds(5));
    ASSERT_EQ(mac.StatusOf(id), Status::kConnected);
    leave.empty() ? mac.Logout() : mac.Login(leave);
    time.RunFor(absl::Seconds(5));
    EXPECT_EQ(watcher.Last(id).stop_reason, reason);
    EXPECT_EQ(mac.StatusOf(machine), Status::kConnected);
  }
  EXPECT_EQ(watcher.users.back().uid, 502u);
}

// --- the manager's process

TEST_F(Machine, ManagerRestartLosesEventsAndTellsAllAgain) {
  const Uuid id = Connected(MakeService("corp"));
  mac.Drop(id, 21);  // its events are on their way when the manager dies
  mac.RestartManager();
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(watcher.manager_restarts, 1);
  for (const SessionEvent& event : watcher.Of(id)) EXPECT_NE(event.stop_reason, 21);
  EXPECT_EQ(watcher.Last(id).status, Status::kDisconnected);
}

TEST_F(Machine, ATunnelThatSurvivesTheManagerLooksDownForAMoment) {
  mac.settings().tunnels_survive_manager_restart = true;
  const Uuid id = Connected(MakeService("corp"));
  mac.RestartManager();
  time.RunFor(absl::Seconds(5));
  EXPECT_THAT(watcher.Statuses(id), ElementsAre(Status::kDisconnected, Status::kConnected));
}

TEST_F(Machine, AStartWhileTheManagerIsAwayWaitsAndAStopIsLost) {
  mac.settings().tunnels_survive_manager_restart = true;
  const Uuid up = Connected(MakeService("up"));
  const Uuid down = Install(MakeService("down"));
  mac.RestartManager();
  time.RunFor(absl::Milliseconds(100));
  ASSERT_TRUE(mac.StartSession(down, std::nullopt).ok());
  ASSERT_TRUE(mac.StopSession(up).ok());
  time.RunFor(absl::Seconds(10));
  EXPECT_EQ(mac.StatusOf(down), Status::kConnected);
  EXPECT_EQ(mac.StatusOf(up), Status::kConnected);
}

// --- profiles and extensions

TEST_F(Machine, AProfileThatGoesTakesItsServiceWithIt) {
  const Uuid id = Connected(MakeService("corp"));
  ASSERT_TRUE(mac.Remove("com.example.corp").ok());
  time.RunFor(absl::Seconds(1));
  EXPECT_EQ(watcher.Last(id).stop_reason, 32);
  EXPECT_THAT(watcher.installed.back().services, IsEmpty());
  EXPECT_EQ(mac.StartSession(id, std::nullopt).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(mac.Remove("com.example.corp").code(), absl::StatusCode::kNotFound);
}

TEST_F(Machine, AnInstalledServiceIsToldBeforeItsStatus) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SimulatedMac other(time, time, seed);
    struct Order : Observer {
      void OnInstalled(const InstalledFacts& facts) override { known = !facts.services.empty(); }
      void OnSession(const SessionEvent&) override { EXPECT_TRUE(known); }
      bool known = false;
    } order;
    other.AddObserver(&order);
    time.RunFor(absl::Seconds(1));
    other.Install(MakeProfile(MakeService("corp")));
    time.RunFor(absl::Seconds(1));
    EXPECT_TRUE(order.known);
    other.RemoveObserver(&order);
  }
}

TEST_F(Machine, TheEndOfASessionIsToldBeforeItsProfileIsGone) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SimulatedMac other(time, time, seed);
    struct Order : Observer {
      void OnInstalled(const InstalledFacts& facts) override {
        EXPECT_TRUE(!facts.services.empty() || ended);
      }
      void OnSession(const SessionEvent& event) override { ended = event.stop_reason == 32; }
      bool ended = true;  // nothing is installed at first
    } order;
    other.AddObserver(&order);
    other.Install(MakeProfile(MakeService("corp")));
    ASSERT_TRUE(other.StartSession(Uuid::FromName("corp"), std::nullopt).ok());
    time.RunFor(absl::Seconds(5));
    ASSERT_TRUE(other.Remove("com.example.corp").ok());
    time.RunFor(absl::Seconds(1));
    EXPECT_TRUE(order.ended);
    other.RemoveObserver(&order);
  }
}

TEST_F(Machine, AChangedConfigurationIsMadeAnew) {
  ServiceFacts service = MakeService("corp");
  const Uuid id = Connected(service);
  service.remote_address = "new.example.com";
  mac.Install(MakeProfile(service));
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(watcher.Last(id).stop_reason, 37);
  EXPECT_EQ(watcher.installed.back().services[0].remote_address, "new.example.com");
}

TEST_F(Machine, TheSameProfileAgainChangesNothing) {
  const Uuid id = Connected(MakeService("corp"));
  mac.Install(MakeProfile(MakeService("corp")));
  time.RunFor(absl::Seconds(5));
  EXPECT_THAT(watcher.Of(id), IsEmpty());
  EXPECT_THAT(watcher.installed, IsEmpty());
}

TEST_F(Machine, AnExtensionUpdateEndsItsTunnelsAndCountsTheVersionUp) {
  const Uuid id = Connected(MakeService("corp", ServiceType::kProvider));
  const Uuid other = Connected(MakeService("other"));
  ASSERT_TRUE(mac.UpdateExtension("com.example.provider.corp").ok());
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(watcher.Last(id).stop_reason, 40);
  EXPECT_EQ(mac.StatusOf(other), Status::kConnected);
  ASSERT_THAT(watcher.installed.back().extensions, SizeIs(1));
  EXPECT_EQ(watcher.installed.back().extensions[0].version, "1.0.1");
  EXPECT_EQ(mac.UpdateExtension("nope").code(), absl::StatusCode::kNotFound);
}

TEST_F(Machine, AFiltersProcessCanDie) {
  profiles::Profile profile;
  profile.identifier = "com.example.filter";
  profile.filters = {{.bundle_id = "com.example.filter.ext", .name = "Filter"}};
  profile.allowed_extensions = {{"TEAM123456", "com.example.filter.ext"}};
  mac.Install(profile);
  time.RunFor(absl::Seconds(1));
  EXPECT_EQ(watcher.installed.back().filters[0].running, true);
  EXPECT_EQ(watcher.installed.back().extensions[0].team_id, "TEAM123456");
  ASSERT_TRUE(mac.SetFilterRunning("com.example.filter.ext", false).ok());
  time.RunFor(absl::Seconds(1));
  EXPECT_EQ(watcher.installed.back().filters[0].running, false);
}

// --- on demand

class OnDemand : public MacTest {
 protected:
  OnDemand() {
    service = MakeService("corp");
    service.on_demand = true;
  }
  int Starts() const {
    int count = 0;
    for (const std::string& line : log)
      count += line.find("status changed to connecting") != std::string::npos;
    return count;
  }
  ServiceFacts service;
};

TEST_F(OnDemand, ConnectsByItself) {
  const Uuid id = Install(service);
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
}

TEST_F(OnDemand, AStopPausesItUntilAStart) {
  const Uuid id = Connected(service);
  mac.UserDisconnect(id);
  time.RunFor(absl::Hours(1));
  EXPECT_EQ(mac.StatusOf(id), Status::kDisconnected);
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(5));
  mac.Drop(id, 21);
  time.RunFor(absl::Seconds(10));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
}

TEST_F(OnDemand, IsDampedAfterFourFailures) {
  mac.SetGateway("corp.example.com", Gateway::kAuthFails);
  Install(service);
  time.RunFor(absl::Seconds(30));
  EXPECT_EQ(Starts(), 4);
  EXPECT_TRUE(Logged("Damping VOD request: too many consecutive VPN connection attempts failed."));
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(Starts(), 5);
}

TEST_F(OnDemand, WaitsForANetwork) {
  mac.NetworkDown();
  const Uuid id = Install(service);
  time.RunFor(absl::Minutes(5));
  EXPECT_EQ(Starts(), 0);
  mac.NetworkUp();
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
}

TEST_F(OnDemand, ReconnectsAfterSleep) {
  const Uuid id = Connected(service);
  mac.Sleep();
  time.RunFor(absl::Hours(1));
  mac.Wake();
  time.RunFor(absl::Seconds(10));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
}

}  // namespace
}  // namespace holdfast::sim

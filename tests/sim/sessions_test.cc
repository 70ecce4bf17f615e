// The session manager's habits, one by one (docs/ne-session.md, 1.6 and 1.7).
#include "tests/sim/mac_fixture.h"

namespace holdfast::sim {
namespace {

using Status = SessionStatus;
using ::testing::ElementsAre;

class Sessions : public MacTest {};

TEST_F(Sessions, StartConnectsAfterTheGatewayHasAnswered) {
  const Uuid id = Install(MakeService("corp"));
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(5));
  EXPECT_THAT(watcher.Statuses(id),
              ElementsAre(Status::kDisconnected, Status::kConnecting, Status::kConnected));
  EXPECT_TRUE(Logged("NESMIKEv2VPNSession[Primary Tunnel:corp:" + id.ToString() +
                     ":(null)]: status changed to connected"));
}

TEST_F(Sessions, ConnectingIsShownBeforeTheManagerHasHeard) {
  mac.settings().timers.command = absl::Minutes(1);  // a busy manager
  const Uuid id = Install(MakeService("corp"));
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(1));
  EXPECT_EQ(watcher.Last(id).status, Status::kConnecting);
  EXPECT_EQ(mac.StatusOf(id), Status::kDisconnected);
}

TEST_F(Sessions, DisconnectingIsShownBeforeTheManagerHasHeard) {
  const Uuid id = Connected(MakeService("corp"));
  mac.settings().timers.command = absl::Minutes(1);
  ASSERT_TRUE(mac.StopSession(id).ok());
  time.RunFor(absl::Seconds(1));
  EXPECT_EQ(watcher.Last(id).status, Status::kDisconnecting);
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
}

TEST_F(Sessions, StartWhileConnectingIsSkippedWithoutAnError) {
  const Uuid id = Install(MakeService("corp"));
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Milliseconds(500));
  EXPECT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(mac.skipped_starts(), 1u);
  EXPECT_TRUE(Logged("Skip a start command from holdfastd[87]: session in state connecting"));
  EXPECT_EQ(watcher.Last(id).status, Status::kConnected);
}

TEST_F(Sessions, StartWhileConnectedShowsConnectingUntilAskedAgain) {
  const Uuid id = Connected(MakeService("corp"));
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(5));
  EXPECT_THAT(watcher.Statuses(id), ElementsAre(Status::kConnecting, Status::kConnected));
  EXPECT_EQ(mac.skipped_starts(), 1u);
}

TEST_F(Sessions, StartWhileDisconnectingIsSkipped) {
  const Uuid id = Connected(MakeService("corp"));
  ASSERT_TRUE(mac.StopSession(id).ok());
  time.RunFor(absl::Milliseconds(100));
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Minutes(1));
  EXPECT_EQ(mac.StatusOf(id), Status::kDisconnected);
  EXPECT_EQ(watcher.Last(id).status, Status::kDisconnected);
}

TEST_F(Sessions, StopGivesReasonOneAndNamesNobodyWhenItWasTheAgent) {
  const Uuid id = Connected(MakeService("corp"));
  ASSERT_TRUE(mac.StopSession(id).ok());
  time.RunFor(absl::Seconds(2));
  EXPECT_THAT(watcher.Statuses(id), ElementsAre(Status::kDisconnecting, Status::kDisconnected));
  EXPECT_EQ(watcher.Last(id).stop_reason, 1);
  EXPECT_EQ(watcher.Last(id).requested_by, "");
}

TEST_F(Sessions, APersonsStopNamesSystemSettings) {
  const Uuid id = Connected(MakeService("corp"));
  mac.UserDisconnect(id);
  time.RunFor(absl::Seconds(2));
  EXPECT_EQ(watcher.Last(id).status, Status::kDisconnected);
  EXPECT_EQ(watcher.Last(id).requested_by, "System Settings[312]");
  EXPECT_EQ(watcher.Last(id).cause, FailureCause::kStopCommand);
  EXPECT_TRUE(Logged("Received a stop command from System Settings[312]"));
  EXPECT_TRUE(Logged("status changed to disconnected, last stop reason Stop command received"));
}

struct Refusal {
  Gateway gateway;
  int reason;
  absl::Duration within;
};
class Gateways : public Sessions, public ::testing::WithParamInterface<Refusal> {};

TEST_P(Gateways, EndTheAttemptWithTheirReason) {
  const Uuid id = Install(MakeService("corp"));
  mac.SetGateway("corp.example.com", GetParam().gateway);
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(GetParam().within);
  EXPECT_EQ(watcher.Last(id).status, Status::kDisconnected);
  EXPECT_EQ(watcher.Last(id).stop_reason, GetParam().reason);
  EXPECT_EQ(watcher.Last(id).cause, CauseOfStopReason(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(All, Gateways,
                         ::testing::Values(Refusal{Gateway::kUnreachable, 20, absl::Seconds(15)},
                                           Refusal{Gateway::kAuthFails, 23, absl::Seconds(5)},
                                           Refusal{Gateway::kCertificateExpired, 30, absl::Seconds(5)},
                                           Refusal{Gateway::kSilent, 12, absl::Seconds(125)}));

TEST_F(Sessions, StartingTimerOfAProviderIsShorter) {
  const Uuid id = Install(MakeService("corp", ServiceType::kProvider));
  mac.SetGateway("corp.example.com", Gateway::kSilent);
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(59));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnecting);
  time.RunFor(absl::Seconds(2));
  EXPECT_EQ(mac.StatusOf(id), Status::kDisconnected);
}

TEST_F(Sessions, AHungSessionStaysHungUntilItIsStopped) {
  const Uuid id = Install(MakeService("corp"));
  mac.SetGateway("corp.example.com", Gateway::kHangs);
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Hours(1));
  mac.SetGateway("corp.example.com", Gateway::kReachable);
  time.RunFor(absl::Hours(1));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnecting);
  ASSERT_TRUE(mac.StopSession(id).ok());
  time.RunFor(absl::Seconds(2));
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
}

TEST_F(Sessions, AHangingStopTakesTheWholeStoppingTimer) {
  const Uuid id = Connected(MakeService("corp"));
  mac.SetStopHangs(id, true);
  ASSERT_TRUE(mac.StopSession(id).ok());
  time.RunFor(absl::Seconds(19));
  EXPECT_EQ(mac.StatusOf(id), Status::kDisconnecting);
  time.RunFor(absl::Seconds(2));
  EXPECT_EQ(mac.StatusOf(id), Status::kDisconnected);
}

TEST_F(Sessions, ATimerOfAnEarlierAttemptDoesNothing) {
  const Uuid id = Install(MakeService("corp"));
  mac.SetGateway("corp.example.com", Gateway::kSilent);
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(60));
  ASSERT_TRUE(mac.StopSession(id).ok());
  time.RunFor(absl::Seconds(2));
  mac.SetGateway("corp.example.com", Gateway::kReachable);
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Minutes(5));  // past the first attempt's 120 s
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
}

TEST_F(Sessions, TimersAreTheScenarios) {
  mac.settings().timers.starting_ikev2 = absl::Seconds(6);
  const Uuid id = Install(MakeService("corp"));
  mac.SetGateway("corp.example.com", Gateway::kSilent);
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(7));
  EXPECT_EQ(watcher.Last(id).stop_reason, 12);
}

TEST_F(Sessions, ANewFullTunnelSupersedesTheOther) {
  ServiceFacts first = MakeService("first"), second = MakeService("second"), split = MakeService("split");
  first.full_tunnel = second.full_tunnel = true;
  split.full_tunnel = false;
  const Uuid a = Connected(first);
  const Uuid c = Connected(split);
  const Uuid b = Install(second);
  ASSERT_TRUE(mac.StartSession(b, std::nullopt).ok());
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(mac.StatusOf(b), Status::kConnected);
  EXPECT_EQ(watcher.Last(a).stop_reason, 33);
  EXPECT_EQ(watcher.Last(a).cause, FailureCause::kSuperseded);
  EXPECT_EQ(mac.StatusOf(c), Status::kConnected);
}

TEST_F(Sessions, RapidStartsExhaustTheManagerUntilItRestarts) {
  const Uuid id = Install(MakeService("corp"));
  mac.settings().timers.refuse = absl::Milliseconds(100);
  mac.SetGateway("corp.example.com", Gateway::kAuthFails);
  for (int i = 0; i < 21; ++i) {
    ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
    time.RunFor(absl::Seconds(1));
  }
  mac.SetGateway("corp.example.com", Gateway::kReachable);
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Minutes(5));
  EXPECT_EQ(mac.StatusOf(id), Status::kDisconnected);
  EXPECT_EQ(watcher.Last(id).status, Status::kDisconnected);  // after the hopeful "connecting"
  mac.RestartManager();
  time.RunFor(absl::Seconds(5));
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(5));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
}

TEST_F(Sessions, SlowStartsDoNotExhaustTheManager) {
  const Uuid id = Install(MakeService("corp"));
  mac.SetGateway("corp.example.com", Gateway::kAuthFails);
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
    time.RunFor(absl::Seconds(10));
  }
  mac.SetGateway("corp.example.com", Gateway::kReachable);
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(10));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
}

TEST_F(Sessions, UnknownServiceIsNotFoundAndSaysWhatExists) {
  Install(MakeService("corp"));
  const absl::Status status = mac.StartSession(Uuid::FromName("other"), std::nullopt);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("'corp'"));
  EXPECT_EQ(mac.StopSession(Uuid::FromName("other")).code(), absl::StatusCode::kNotFound);
}

TEST_F(Sessions, AUsersServiceNeedsThatUser) {
  ServiceFacts service = MakeService("corp");
  service.scope = ProfileScope::kUser;
  const Uuid id = Install(service);
  ASSERT_TRUE(mac.StartSession(id, std::nullopt).ok());
  time.RunFor(absl::Seconds(10));
  EXPECT_EQ(watcher.Last(id).stop_reason, 23);
  EXPECT_EQ(mac.StartSession(id, 501).code(), absl::StatusCode::kFailedPrecondition);
  mac.Login("alice");
  ASSERT_TRUE(mac.StartSession(id, 501).ok());
  time.RunFor(absl::Seconds(10));
  EXPECT_EQ(mac.StatusOf(id), Status::kConnected);
}

}  // namespace
}  // namespace holdfast::sim

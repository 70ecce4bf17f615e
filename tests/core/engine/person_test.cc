#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;

Policy AllowingPolicy(std::optional<absl::Duration> reconnect_after = std::nullopt) {
  Policy policy = CorpPolicy();
  policy.services[0].always_connected.allow_disconnect = true;
  policy.services[0].always_connected.reconnect_after = reconnect_after;
  return policy;
}

void BootConnected(FakeMac& mac, const Policy& policy) {
  mac.Boot(policy);
  mac.Advance(absl::Minutes(2));
  ASSERT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EnginePerson, AForbiddenStopIsAViolationFromTheFirstSecondAndRestored) {
  FakeMac mac;
  BootConnected(mac, CorpPolicy());
  mac.PersonStops(kCorp);
  mac.Advance(absl::Seconds(1));
  EXPECT_EQ(mac.ClassOf("corp"), "violation/user");
  mac.Advance(absl::Seconds(9));
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Advance(absl::Seconds(3));
  EXPECT_EQ(mac.Starts(kCorp), 2);
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EnginePerson, AnAllowedStopIsExcusedUntilThePersonConnects) {
  FakeMac mac;
  BootConnected(mac, AllowingPolicy());
  mac.PersonStops(kCorp);
  mac.Advance(absl::Hours(5));
  EXPECT_EQ(mac.ClassOf("corp"), "excused/allowed_disconnect");
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.PersonStarts(kCorp);
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.Starts(kCorp), 2);
}

TEST(EnginePerson, AnAllowedStopEndsAtTheNextLogin) {
  FakeMac mac;
  BootConnected(mac, AllowingPolicy());
  mac.PersonStops(kCorp);
  mac.Advance(absl::Hours(1));
  mac.Logout();
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Login(501, "ada");
  EXPECT_EQ(mac.Starts(kCorp), 2);
}

TEST(EnginePerson, AnAllowedStopEndsAfterReconnectAfterWhereItIsSet) {
  FakeMac mac;
  BootConnected(mac, AllowingPolicy(absl::Minutes(30)));
  mac.PersonStops(kCorp);
  mac.Advance(absl::Minutes(29));
  EXPECT_EQ(mac.ClassOf("corp"), "excused/allowed_disconnect");
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Advance(absl::Minutes(2));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EnginePerson, AStopByTheSystemIsNotAPersons) {
  for (int reason : {34, 35, 36, 37, 40, 12}) {
    FakeMac mac;
    BootConnected(mac, AllowingPolicy());
    mac.Drops(kCorp, reason);
    mac.Advance(absl::Seconds(5));
    EXPECT_EQ(mac.Starts(kCorp), 2) << reason;
  }
}

TEST(EnginePerson, ADisconnectThatIsNotAllowedIsRefusedWithWhatToDoInstead) {
  FakeMac mac;
  BootConnected(mac, CorpPolicy());
  const auto answer = mac.AnswerTo(mac.Ask(UserRequest::Verb::kDisconnect, kCorp));
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(answer.text, HasSubstr("holdfastctl override \"Corp VPN\""));
  EXPECT_EQ(mac.Stops(kCorp), 0);
}

TEST(EnginePerson, AnAllowedDisconnectThroughUsStopsAndIsExcused) {
  FakeMac mac;
  BootConnected(mac, AllowingPolicy());
  const auto answer = mac.AnswerTo(mac.Ask(UserRequest::Verb::kDisconnect, kCorp));
  EXPECT_TRUE(answer.status.ok());
  EXPECT_EQ(mac.Stops(kCorp), 1);
  mac.Advance(absl::Hours(2));
  EXPECT_EQ(mac.ClassOf("corp"), "excused/allowed_disconnect");
  EXPECT_EQ(mac.Rows<Command>().back().why, "user:501");
}

TEST(EnginePerson, AConnectThroughUsEndsAnAllowedStop) {
  FakeMac mac;
  BootConnected(mac, AllowingPolicy());
  mac.PersonStops(kCorp);
  mac.Advance(absl::Hours(1));
  mac.Ask(UserRequest::Verb::kConnect, kCorp);
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EnginePerson, AConnectWhileItGoesDownIsDoneOnceItIs) {
  FakeMac mac;
  BootConnected(mac, AllowingPolicy());
  mac.Ask(UserRequest::Verb::kDisconnect, kCorp);
  mac.Advance(absl::Milliseconds(100));
  const auto answer = mac.AnswerTo(mac.Ask(UserRequest::Verb::kConnect, kCorp));
  EXPECT_TRUE(answer.status.ok());
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.Starts(kCorp), 2);
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EnginePerson, AnUnnamedServiceIsLeftAlone) {
  FakeMac mac;
  ServiceFacts other;
  other.id = Uuid::FromName("other");
  other.name = "Private VPN";
  mac.Install({CorpVpn(), other});
  mac.Boot(CorpPolicy());
  for (const auto verb : {UserRequest::Verb::kConnect, UserRequest::Verb::kDisconnect}) {
    const auto answer = mac.AnswerTo(mac.Ask(verb, other.id));
    EXPECT_EQ(answer.status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(answer.text, HasSubstr("No rule"));
  }
  const auto missing = mac.AnswerTo(mac.Ask(UserRequest::Verb::kConnect, Uuid::FromName("nothing")));
  EXPECT_EQ(missing.status.code(), absl::StatusCode::kNotFound);
}

TEST(EnginePerson, AServiceThatIsNamedButNotRequiredObeysThePerson) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.services[0].always_connected.enabled = false;
  mac.Boot(policy);
  mac.Ask(UserRequest::Verb::kConnect, kCorp);
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.Real(kCorp), SessionStatus::kConnected);
  mac.Ask(UserRequest::Verb::kDisconnect, kCorp);
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.Real(kCorp), SessionStatus::kDisconnected);
  EXPECT_EQ(mac.Starts(kCorp), 1);
}

}  // namespace
}  // namespace holdfast

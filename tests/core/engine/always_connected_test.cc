#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::ElementsAre;

TEST(Engine, ConnectsWhatMustBeConnected) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.Real(kCorp), SessionStatus::kConnected);
  EXPECT_EQ(mac.Starts(kCorp), 1);
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(Engine, RecordsAgentStartedFirst) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  ASSERT_FALSE(mac.rows().empty());
  EXPECT_TRUE(std::holds_alternative<AgentStarted>(mac.rows().front().event));
  EXPECT_EQ(mac.Rows<AgentStarted>().size(), 1u);
}

TEST(Engine, RecordsAnEventBeforeTheCommandItCauses) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(2));
  const size_t before = mac.effects().size();
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Milliseconds(25));
  std::vector<std::string> order;
  for (size_t i = before; i < mac.effects().size(); ++i) {
    const Effect& effect = mac.effects()[i].second;
    if (const auto* record = std::get_if<Record>(&effect))
      order.emplace_back(RowKindName(KindOf(record->event)));
    if (std::holds_alternative<StartSession>(effect)) order.emplace_back("start");
  }
  EXPECT_THAT(order, ElementsAre("session", "command", "start", "verdict"));
}

TEST(Engine, RestoresAStableTunnelAtOnceWhenItDrops) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(2));
  mac.Drops(kCorp, 20);
  mac.Advance(mac.delivery);
  EXPECT_EQ(mac.Starts(kCorp), 2);
  mac.Advance(absl::Seconds(3));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(Engine, BacksOffWhenATunnelDoesNotStayUp) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(5));
  mac.Drops(kCorp, 20);
  mac.Advance(mac.delivery);
  EXPECT_EQ(mac.Starts(kCorp), 1);
  mac.Advance(absl::Seconds(1));
  EXPECT_EQ(mac.Starts(kCorp), 2);
}

TEST(Engine, FollowsEachCommandToItsOutcome) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Seconds(5));
  const auto commands = mac.Rows<Command>();
  const auto outcomes = mac.Rows<CommandOutcome>();
  ASSERT_EQ(commands.size(), 1u);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(commands[0].why, "always_connected");
  EXPECT_TRUE(commands[0].counted);
  EXPECT_EQ(outcomes[0].id, commands[0].id);
  EXPECT_EQ(outcomes[0].result, CommandOutcome::Result::kReached);
}

TEST(Engine, WaitsForANetworkAndUntilItHasHeld) {
  FakeMac mac;
  mac.boots_with_path = false;
  Policy policy = CorpPolicy();
  policy.reconnect.settle = absl::Seconds(2);
  mac.Boot(policy);
  mac.SetPath(false);
  mac.Advance(absl::Minutes(5));
  EXPECT_EQ(mac.Starts(kCorp), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "no_network/no_network");
  mac.SetPath(true);
  EXPECT_EQ(mac.ClassOf("corp"), "no_network/settling");
  mac.Advance(absl::Milliseconds(1999));
  EXPECT_EQ(mac.Starts(kCorp), 0);
  mac.Advance(absl::Milliseconds(1));
  EXPECT_EQ(mac.Starts(kCorp), 1);
}

TEST(Engine, APathWithoutResolverIsNoPath) {
  FakeMac mac;
  mac.boots_with_path = false;
  mac.Boot(CorpPolicy());
  mac.Give(PathFacts{.satisfied = true, .has_resolver = false, .interface_name = "en0", .network_id = "x"});
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.Starts(kCorp), 0);
}

TEST(Engine, NeverTouchesAServiceThatNoRuleNames) {
  FakeMac mac;
  ServiceFacts other;
  other.id = Uuid::FromName("other");
  other.name = "Private VPN";
  mac.Install({CorpVpn(), other});
  mac.Boot(CorpPolicy());
  mac.PersonStarts(other.id);
  mac.Advance(absl::Minutes(1));
  mac.Drops(other.id, 20);
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.Starts(other.id), 0);
  EXPECT_EQ(mac.Stops(other.id), 0);
}

TEST(Engine, ModeOffRequiresNothing) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.mode = EnforcementMode::kOff;
  mac.Boot(policy);
  mac.Advance(absl::Hours(1));
  EXPECT_TRUE(mac.Rows<Command>().empty());
  EXPECT_TRUE(mac.Rows<Verdict>().empty());
}

TEST(Engine, StartsNothingThatIsNamedButNotRequired) {
  FakeMac mac;
  Policy policy = CorpPolicy();
  policy.services[0].always_connected.enabled = false;
  mac.Boot(policy);
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.Starts(kCorp), 0);
  EXPECT_TRUE(mac.Rows<Verdict>().empty());
}

}  // namespace
}  // namespace holdfast

#include "fake_mac.h"

namespace holdfast {
namespace {

Policy OfficePolicy(TrustedAction action) {
  Policy policy = CorpPolicy();
  policy.trusted_networks = {
      {.name = "Head office", .beacon = {"beacon", 443}, .spki = {std::string(64, 'a')}}};
  policy.trusted_network_action = action;
  return policy;
}

int Asked(const FakeMac& mac) {
  int count = 0;
  for (const auto& [at, effect] : mac.effects()) count += std::holds_alternative<AskBeacon>(effect);
  return count;
}

TEST(EngineTrust, NothingIsStartedWhereABeaconProvesTheNetwork) {
  for (const TrustedAction action :
       {TrustedAction::kDisconnect, TrustedAction::kPause, TrustedAction::kIgnore}) {
    FakeMac mac;
    mac.beacons = {"office"};
    mac.Boot(OfficePolicy(action));
    mac.Advance(absl::Minutes(5));
    EXPECT_EQ(mac.Starts(kCorp), 0) << static_cast<int>(action);
    EXPECT_EQ(mac.ClassOf("corp"), "excused/trusted_network");
    EXPECT_EQ(mac.View().trusted_network, "Head office");
    EXPECT_EQ(mac.ServiceViewOf("corp").next.why, "it is the trusted network Head office");
  }
}

TEST(EngineTrust, WithoutTheBeaconItIsStarted) {
  FakeMac mac;
  mac.Boot(OfficePolicy(TrustedAction::kDisconnect));
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineTrust, AHintAloneExcusesNothing) {
  FakeMac mac;
  Policy policy = OfficePolicy(TrustedAction::kDisconnect);
  policy.trusted_networks[0].ssid = "Office";
  mac.Boot(policy);
  NetworkFacts facts;
  facts.ssid = "Office";
  mac.Give(facts);
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineTrust, AHintThatDiffersSavesTheQuestion) {
  FakeMac mac;
  Policy policy = OfficePolicy(TrustedAction::kDisconnect);
  policy.trusted_networks[0].gateway_mac = "02:00:00:00:00:01";
  mac.beacons = {"office", "cafe"};
  NetworkFacts facts;
  facts.gateway_mac = "02:00:00:00:00:99";
  mac.Give(facts);
  mac.Boot(policy);
  mac.Advance(absl::Minutes(10));
  EXPECT_EQ(Asked(mac), 0);
  facts.gateway_mac = "02:00:00:00:00:01";
  mac.Give(facts);
  EXPECT_EQ(Asked(mac), 1);
}

TEST(EngineTrust, WhatTellsWhereTheMacIsIsNotWrittenDown) {
  FakeMac mac;
  mac.Boot(CorpPolicy());
  NetworkFacts facts;
  facts.route_v4 = "en0";
  facts.gateway_mac = "02:00:00:00:00:01";
  facts.ssid = "Office";
  facts.search_domains = {"corp.example.com"};
  mac.Give(facts);
  facts.ssid = "Cafe";
  mac.Give(facts);
  const auto rows = mac.Rows<NetworkFacts>();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].route_v4, "en0");
  EXPECT_TRUE(rows[0].gateway_mac.empty() && rows[0].ssid.empty() && rows[0].search_domains.empty());
}

TEST(EngineTrust, DisconnectStopsWhatIsUpAndWhatAPersonStarts) {
  FakeMac mac;
  mac.Boot(OfficePolicy(TrustedAction::kDisconnect));
  mac.Advance(absl::Minutes(1));
  mac.beacons = {"office"};
  mac.SetPath(true, "office");  // the same; a wake asks anew
  mac.Give(PowerChanged{PowerEvent::kWillSleep});
  mac.Give(PowerChanged{PowerEvent::kFullWake});
  mac.Advance(absl::Seconds(30));
  EXPECT_EQ(mac.Stops(kCorp), 1);
  EXPECT_EQ(mac.ClassOf("corp"), "excused/trusted_network");
  mac.PersonStarts(kCorp);
  mac.Advance(absl::Seconds(30));
  EXPECT_EQ(mac.Stops(kCorp), 2);
}

TEST(EngineTrust, ItsStopIsWatchedFromTheFirstMoment) {
  FakeMac mac;
  const Policy policy = OfficePolicy(TrustedAction::kDisconnect);
  mac.Boot(policy);
  mac.Advance(absl::Minutes(1));
  bool stopped = false;
  mac.on_step = [&](const EngineInput&, const std::vector<Effect>& effects) {
    for (const Effect& effect : effects) {
      if (!std::holds_alternative<StopSession>(effect)) continue;
      stopped = true;
      const auto deadline = mac.engine().NextDeadline();
      EXPECT_TRUE(deadline && *deadline <= mac.Now().mono + policy.stuck_disconnecting);
    }
  };
  mac.beacons = {"office"};
  mac.SetPath(true, "office");  // the same; a wake asks anew
  mac.Give(PowerChanged{PowerEvent::kWillSleep});
  mac.Give(PowerChanged{PowerEvent::kFullWake});
  mac.Advance(absl::Minutes(1));
  EXPECT_TRUE(stopped);
}

TEST(EngineTrust, PauseStopsOnceAndLeavesAPersonsConnectAlone) {
  FakeMac mac;
  mac.Boot(OfficePolicy(TrustedAction::kPause));
  mac.Advance(absl::Minutes(1));
  mac.beacons = {"work"};
  mac.SetPath(true, "work");
  mac.Advance(absl::Seconds(30));
  EXPECT_EQ(mac.Stops(kCorp), 1);
  mac.PersonStarts(kCorp);
  mac.Advance(absl::Minutes(20));
  EXPECT_EQ(mac.Stops(kCorp), 1);
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineTrust, IgnoreLeavesItAsItIs) {
  FakeMac mac;
  mac.Boot(OfficePolicy(TrustedAction::kIgnore));
  mac.Advance(absl::Minutes(1));
  mac.beacons = {"work"};
  mac.SetPath(true, "work");
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.Stops(kCorp), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineTrust, LeavingTheNetworkStartsItAgain) {
  FakeMac mac;
  mac.beacons = {"office"};
  mac.Boot(OfficePolicy(TrustedAction::kPause));
  mac.Advance(absl::Minutes(1));
  mac.SetPath(true, "train");
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineTrust, ABeaconThatIsSilentLaterProvesNothingMore) {
  FakeMac mac;
  mac.beacons = {"office"};
  mac.Boot(OfficePolicy(TrustedAction::kPause));
  mac.Advance(absl::Minutes(1));
  mac.beacons.clear();
  mac.Advance(absl::Minutes(6));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineTrust, NoStartIsSentWhileTheBeaconIsStillAsked) {
  FakeMac mac;
  mac.beacons_answer = false;
  mac.Boot(OfficePolicy(TrustedAction::kPause));
  mac.Advance(absl::Seconds(4));
  EXPECT_EQ(mac.Starts(kCorp), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "no_network/settling");
  EXPECT_EQ(mac.ServiceViewOf("corp").next.why, "the network may prove until then that it is a trusted one");
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.Starts(kCorp), 1);
}

TEST(EngineTrust, AskingAgainInterruptsNothing) {
  FakeMac mac;
  Policy policy = OfficePolicy(TrustedAction::kDisconnect);
  policy.mode = EnforcementMode::kAudit;
  mac.Boot(policy);
  mac.Advance(absl::Minutes(10));
  ASSERT_EQ(mac.ClassOf("corp").substr(0, 9), "violation");
  const size_t verdicts = mac.Rows<Verdict>().size();
  const int asked = Asked(mac);
  mac.beacons_answer = false;
  mac.Advance(absl::Minutes(21));
  EXPECT_GE(Asked(mac), asked + 4);
  EXPECT_EQ(mac.Rows<Verdict>().size(), verdicts) << "time of a violation became time without a network";
}

TEST(EngineTrust, ConnectMakesNoDifferenceAndAsksNobody) {
  FakeMac mac;
  mac.beacons = {"office"};
  mac.Boot(OfficePolicy(TrustedAction::kConnect));
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(Asked(mac), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineTrust, ElsewhereTheTimeCountsAlsoWhenNothingIsStarted) {
  FakeMac mac;
  Policy policy = OfficePolicy(TrustedAction::kConnect);
  policy.untrusted_network_action = UntrustedAction::kIgnore;
  mac.Boot(policy);
  mac.Advance(absl::Minutes(5));
  EXPECT_EQ(mac.Starts(kCorp), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/untrusted_network");
  mac.beacons = {"office"};
  mac.Advance(absl::Minutes(10));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
}

TEST(EngineTrust, AnAnswerFromAnotherNetworkIsDropped) {
  FakeMac mac;
  mac.Boot(OfficePolicy(TrustedAction::kDisconnect));
  mac.Advance(absl::Minutes(1));
  mac.Give(BeaconFacts{"Head office", "office-before", true, ""});
  mac.Give(BeaconFacts{"Nobody asked", "office", true, ""});
  mac.Advance(absl::Minutes(1));
  EXPECT_EQ(mac.View().trusted_network, "");
  EXPECT_EQ(mac.Stops(kCorp), 0);
}

}  // namespace
}  // namespace holdfast

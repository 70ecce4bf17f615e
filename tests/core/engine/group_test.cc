// ConflictGroup, and full tunnels that exclude each other.
#include "fake_mac.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;

const Uuid kBackup = Uuid::FromName("backup");

ServiceFacts BackupVpn() {
  ServiceFacts facts;
  facts.id = kBackup;
  facts.name = "Backup VPN";
  facts.type = ServiceType::kIkev2;
  return facts;
}

Policy TwoRules(const std::string& group) {
  Policy policy = CorpPolicy();
  policy.services[0].always_connected.conflict_group = group;
  ServiceRule backup = policy.services[0];
  backup.label = "backup";
  backup.match.name = "Backup VPN";
  policy.services.push_back(backup);
  return policy;
}

class ConflictGroup : public ::testing::Test {
 protected:
  void Begin() {
    mac_.Install({CorpVpn(), BackupVpn()});
    mac_.Boot(TwoRules("tunnels"));
    mac_.Advance(absl::Seconds(5));
  }
  void ExpectAtMostOneUp() {
    EXPECT_FALSE(mac_.Real(kCorp) == SessionStatus::kConnected &&
                 mac_.Real(kBackup) == SessionStatus::kConnected);
  }
  FakeMac mac_;
};

TEST_F(ConflictGroup, TheFirstByPositionIsStartedAndTheOtherStandsBy) {
  Begin();
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_EQ(mac_.ClassOf("backup"), "excused/standby");
  EXPECT_EQ(mac_.Starts(kBackup), 0);
  EXPECT_THAT(mac_.ServiceViewOf("backup").reasons[0], HasSubstr("conflict group \"tunnels\""));
}

TEST_F(ConflictGroup, TheNextTakesOverWhenTheFirstIsHeld) {
  mac_.OutcomeOf(kCorp).stop_reason = 27;
  Begin();
  mac_.Advance(absl::Seconds(10));
  EXPECT_EQ(mac_.ClassOf("corp"), "excused/standby");
  EXPECT_EQ(mac_.ClassOf("backup"), "protected/tunnel_up");
  EXPECT_EQ(mac_.Starts(kCorp), 1);
}

TEST_F(ConflictGroup, ABackoffDoesNotPassTheTurnOn) {
  mac_.OutcomeOf(kCorp).stop_reason = 20;
  Begin();
  mac_.Advance(absl::Seconds(20));
  EXPECT_EQ(mac_.ClassOf("corp"), "violation/server_unreachable");
  EXPECT_EQ(mac_.Starts(kBackup), 0);
}

TEST_F(ConflictGroup, WhatIsUpKeepsTheTurn) {
  mac_.OutcomeOf(kCorp).stop_reason = 27;
  Begin();
  mac_.Advance(absl::Seconds(10));
  mac_.OutcomeOf(kCorp).stop_reason.reset();
  mac_.Apply(TwoRules("tunnels"));  // ends the hold
  mac_.Advance(absl::Minutes(5));
  EXPECT_EQ(mac_.ClassOf("backup"), "protected/tunnel_up");
  EXPECT_EQ(mac_.Starts(kCorp), 1);
  mac_.Drops(kBackup, 20);
  mac_.Advance(absl::Seconds(5));
  EXPECT_EQ(mac_.ClassOf("corp"), "protected/tunnel_up");
  ExpectAtMostOneUp();
}

TEST_F(ConflictGroup, TheLesserOfTwoThatAreUpIsStopped) {
  Begin();
  mac_.PersonStarts(kBackup, "Vendor[99]");
  mac_.Advance(absl::Seconds(10));
  EXPECT_EQ(mac_.Stops(kBackup), 1);
  EXPECT_EQ(mac_.Stops(kCorp), 0);
  EXPECT_EQ(mac_.Rows<Command>().back().why, "conflict_group:tunnels");
  ExpectAtMostOneUp();
}

TEST_F(ConflictGroup, AVendorThatKeepsStartingTheLesserIsYieldedTo) {
  Begin();
  for (int i = 0; i < 4; ++i) {
    mac_.PersonStarts(kBackup, "Vendor[99]");
    mac_.Advance(absl::Seconds(10));
  }
  EXPECT_EQ(mac_.Stops(kBackup), 2);
  ASSERT_TRUE(mac_.IncidentIsOpen("toggle_fight"));
  EXPECT_THAT(mac_.Rows<IncidentOpened>().back().summary, HasSubstr("Vendor[99] connected Backup VPN"));
  mac_.Drops(kBackup, 20);
  mac_.Advance(absl::Seconds(1));
  EXPECT_FALSE(mac_.IncidentIsOpen("toggle_fight"));
}

TEST_F(ConflictGroup, APersonCannotConnectTheOtherBesideTheFirst) {
  Begin();
  const auto answer = mac_.AnswerTo(mac_.Ask(UserRequest::Verb::kConnect, kBackup));
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(answer.text, HasSubstr("Corp VPN is. Disconnect that one first"));
}

TEST_F(ConflictGroup, AuditOnlyNotesTheStop) {
  mac_.Install({CorpVpn(), BackupVpn()});
  Policy policy = TwoRules("tunnels");
  policy.mode = EnforcementMode::kAudit;
  mac_.Boot(policy);
  mac_.PersonStarts(kCorp);
  mac_.PersonStarts(kBackup);
  mac_.Advance(absl::Minutes(1));
  EXPECT_EQ(mac_.Stops(kBackup), 0);
  EXPECT_TRUE(mac_.Rows<Command>().back().dry_run);
}

TEST(FullTunnels, TheLaterOfTwoThatShareNoGroupIsNotStarted) {
  FakeMac mac;
  ServiceFacts corp = CorpVpn(), backup = BackupVpn();
  corp.full_tunnel = backup.full_tunnel = true;
  mac.Install({corp, backup});
  mac.Boot(TwoRules(""));
  mac.Advance(absl::Hours(1));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  EXPECT_EQ(mac.ClassOf("backup"), "violation/conflict");
  EXPECT_EQ(mac.Starts(kBackup), 0);
  ASSERT_TRUE(mac.IncidentIsOpen("tunnel_conflict"));
  EXPECT_THAT(mac.Rows<IncidentOpened>().back().summary, HasSubstr("Backup VPN and Corp VPN"));
  mac.Apply(TwoRules("tunnels"));
  EXPECT_FALSE(mac.IncidentIsOpen("tunnel_conflict"));
  EXPECT_EQ(mac.ClassOf("backup"), "excused/standby");
}

TEST(FullTunnels, OneThatCannotBeToldIsStarted) {
  FakeMac mac;
  ServiceFacts corp = CorpVpn();
  corp.full_tunnel = true;
  mac.Install({corp, BackupVpn()});
  mac.Boot(TwoRules(""));
  mac.Advance(absl::Seconds(5));
  EXPECT_EQ(mac.ClassOf("backup"), "protected/tunnel_up");
  EXPECT_FALSE(mac.IncidentIsOpen("tunnel_conflict"));
}

TEST(ToggleFight, NamesWhoTookThePlace) {
  FakeMac mac;
  mac.Install({CorpVpn(), BackupVpn()});
  mac.Boot(CorpPolicy());
  mac.Advance(absl::Minutes(1));
  for (int i = 0; i < 2; ++i) {
    mac.PersonStarts(kBackup, "Vendor[99]");
    mac.Advance(absl::Milliseconds(200));
    mac.Drops(kCorp, 33);
    mac.Advance(absl::Seconds(40));
  }
  ASSERT_TRUE(mac.IncidentIsOpen("toggle_fight"));
  EXPECT_THAT(mac.Rows<IncidentOpened>().back().summary,
              HasSubstr("Backup VPN, started by Vendor[99], took the place of Corp VPN"));
}

TEST(ToggleFight, AVendorsClientThatStopsItIsYieldedToButAPersonIsNot) {
  for (const bool person : {false, true}) {
    FakeMac mac;
    mac.Boot(CorpPolicy());
    mac.Advance(absl::Seconds(10));
    for (int i = 0; i < 3; ++i) {
      mac.PersonStops(kCorp, person ? "System Settings[312]" : "Vendor Client[99]");
      mac.Advance(absl::Seconds(30));
    }
    mac.Advance(absl::Minutes(5));
    EXPECT_EQ(mac.IncidentIsOpen("toggle_fight"), !person);
    EXPECT_EQ(mac.ClassOf("corp"), person ? "protected/tunnel_up" : "violation/superseded");
    EXPECT_EQ(mac.Starts(kCorp), person ? 4 : 3);
  }
}

}  // namespace
}  // namespace holdfast

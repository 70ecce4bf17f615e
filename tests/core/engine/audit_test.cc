#include "fake_mac.h"

namespace holdfast {
namespace {

Policy AuditPolicy() {
  Policy policy = CorpPolicy();
  policy.mode = EnforcementMode::kAudit;
  return policy;
}

TEST(EngineAudit, RecordsOnceWhatItWouldStartAndSendsNothing) {
  FakeMac mac;
  mac.Boot(AuditPolicy());
  mac.Advance(absl::Hours(1));
  const auto commands = mac.Rows<Command>();
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_TRUE(commands[0].dry_run);
  EXPECT_FALSE(commands[0].counted);
  EXPECT_EQ(mac.Starts(kCorp), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/reconnecting");
}

TEST(EngineAudit, NotesEachTimeItGoesDown) {
  FakeMac mac;
  mac.Boot(AuditPolicy());
  mac.PersonStarts(kCorp);
  mac.Advance(absl::Minutes(2));
  EXPECT_EQ(mac.ClassOf("corp"), "protected/tunnel_up");
  mac.Drops(kCorp, 20);
  mac.Advance(absl::Minutes(10));
  EXPECT_EQ(mac.Rows<Command>().size(), 2u);
  EXPECT_EQ(mac.Starts(kCorp), 0);
}

TEST(EngineAudit, RecordsTheStopOfALadderOnce) {
  FakeMac mac;
  mac.Boot(AuditPolicy());
  mac.OutcomeOf(kCorp).hangs = true;
  mac.PersonStarts(kCorp);
  mac.Advance(absl::Hours(1));
  const auto commands = mac.Rows<Command>();
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[1].verb, Command::Verb::kStop);
  EXPECT_TRUE(commands[1].dry_run);
  EXPECT_EQ(mac.Stops(kCorp), 0);
  EXPECT_EQ(mac.ClassOf("corp"), "violation/stuck");
}

TEST(EngineAudit, RefusesAPersonsCommandsWithAWayOut) {
  FakeMac mac;
  mac.Boot(AuditPolicy());
  const auto answer = mac.AnswerTo(mac.Ask(UserRequest::Verb::kConnect, kCorp));
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(answer.text, ::testing::HasSubstr("System Settings"));
  EXPECT_EQ(mac.Starts(kCorp), 0);
}

TEST(EngineAudit, NotifiesNobody) {
  FakeMac mac;
  Policy policy = AuditPolicy();
  policy.services[0].authentication = Authentication::kInteractive;
  mac.Boot(policy);
  mac.Advance(absl::Hours(1));
  EXPECT_TRUE(mac.Notices().empty());
}

}  // namespace
}  // namespace holdfast

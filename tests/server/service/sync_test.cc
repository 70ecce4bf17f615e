#include "base/error.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class Sync : public ::testing::Test {
 protected:
  Sync() { device.EnrollNow(); }
  Device Seen() { return *world.core->GetDevice(kAdmin, device.id.ToString()); }

  World world;
  TestDevice device{world, "alpha"};
};

TEST_F(Sync, NeedsTheCertificateOfItsDevice) {
  Peer peer = device.AsPeer();
  peer.device = Uuid::FromName("another");
  EXPECT_TRUE(absl::IsPermissionDenied(world.core->Sync(peer, device.Request(1)).status()));
  peer.device.reset();
  EXPECT_TRUE(absl::IsPermissionDenied(world.core->Sync(peer, device.Request(1)).status()));
  peer = device.AsPeer();
  peer.certificate_serial = "00ff";
  EXPECT_EQ(ReasonOf(world.core->Sync(peer, device.Request(1)).status()), ErrorReason::kReenrollRequired);
}

TEST_F(Sync, UnknownDeviceMustEnroll) {
  device.id = Uuid::FromName("nobody");
  EXPECT_EQ(ReasonOf(device.SyncNow().status()), ErrorReason::kReenrollRequired);
  EXPECT_EQ(ReasonOf(world.core->CheckPeer(device.AsPeer(), device.id)), ErrorReason::kReenrollRequired);
}

TEST_F(Sync, WatchIsUnderTheSameRule) {
  EXPECT_TRUE(world.core->CheckPeer(device.AsPeer(), device.id).ok());
  ASSERT_TRUE(world.core->RevokeDevice(kAdmin, {"alpha", "lost"}).ok());
  EXPECT_EQ(ReasonOf(world.core->CheckPeer(device.AsPeer(), device.id)), ErrorReason::kRevoked);
}

TEST_F(Sync, IdleMessagesWriteNothing) {
  ASSERT_TRUE(device.SyncNow().ok());
  const uint64_t writes = world.disk.count(sim::Op::kWrite);
  for (int i = 0; i < 100; ++i) {
    device.Advance(absl::Seconds(60));
    ASSERT_TRUE(device.SyncNow().ok());
  }
  EXPECT_EQ(world.disk.count(sim::Op::kWrite), writes);
}

TEST_F(Sync, TickWritesLastContacts) {
  device.Advance(absl::Seconds(50));
  ASSERT_TRUE(device.SyncNow().ok());
  const ServerTime contact{world.clock.now.wall.ns};
  EXPECT_EQ(Seen().last_seen, contact) << "from memory";
  ASSERT_TRUE(world.core->Tick().ok());
  world.Restart(sim::Loss::kUnsynced);
  EXPECT_EQ(Seen().last_seen, contact);
}

TEST_F(Sync, GapInMessageNumbersAsksForFullState) {
  auto first = device.Request(1);
  first.sections = {{"services", "x", Sha256("x")}};
  EXPECT_TRUE(device.Sync(first)->want_full_state) << "nothing was stored before";
  EXPECT_FALSE(device.SyncNow()->want_full_state);
  device.message_number += 5;
  EXPECT_TRUE(device.SyncNow()->want_full_state);
  EXPECT_FALSE(device.SyncNow()->want_full_state);
}

TEST_F(Sync, RestartOfTheServerDoesNotAskTheFleetForFullState) {
  auto first = device.Request(1);
  first.sections = {{"services", "x", Sha256("x")}};
  ASSERT_TRUE(device.Sync(first).ok());
  world.Restart(sim::Loss::kNothing);
  EXPECT_FALSE(device.SyncNow()->want_full_state);
}

TEST_F(Sync, BadSectionsAreRefused) {
  auto wrong = device.Request(1);
  wrong.sections = {{"services", "x", Sha256("y")}};
  EXPECT_EQ(ReasonOf(device.Sync(wrong).status()), ErrorReason::kBadRequest);
  auto many = device.Request(1);
  many.sections.assign(33, {"services", "x", Sha256("x")});
  EXPECT_EQ(ReasonOf(device.Sync(many).status()), ErrorReason::kBadRequest);
  const std::string large((256 << 10) + 1, 'x');
  auto huge = device.Request(1);
  huge.sections = {{"services", large, Sha256(large)}};
  EXPECT_EQ(ReasonOf(device.Sync(huge).status()), ErrorReason::kBadRequest);
}

TEST_F(Sync, KeepsHostnameVersionsAndPolicyStatus) {
  auto request = device.Request(1);
  request.hardware.hostname = "renamed";
  request.hardware.os_version = "15.7";
  request.agent_version = "0.2.0";
  request.policy_status = wire::PolicyStatus{wire::PolicyStatus::State::kApplied, 7, {}, ""};
  ASSERT_TRUE(device.Sync(request).ok());
  Device seen = Seen();
  EXPECT_EQ(seen.hostname, "renamed");
  EXPECT_EQ(seen.os_version, "15.7");
  EXPECT_EQ(seen.agent_version, "0.2.0");
  EXPECT_EQ(seen.policy_version, 7u);
  EXPECT_EQ(seen.policy_state, "applied");
  request.message_number = ++device.message_number;
  request.policy_status = wire::PolicyStatus{wire::PolicyStatus::State::kFailed, 8, {}, "no such key"};
  ASSERT_TRUE(device.Sync(request).ok());
  EXPECT_EQ(Seen().policy_version, 7u);
  EXPECT_EQ(Seen().policy_state, "failed: no such key");
}

TEST_F(Sync, StateOfAnOvertakenMessageIsIgnored) {
  auto late = device.Request(1);
  late.hardware.hostname = "old-name";
  device.Advance(absl::Seconds(1));
  auto newer = device.Request(1);
  newer.hardware.hostname = "new-name";
  ASSERT_TRUE(device.Sync(newer).ok());
  ASSERT_TRUE(device.Sync(late).ok());
  EXPECT_EQ(Seen().hostname, "new-name");
}

TEST_F(Sync, LateMessageOfAnEarlierBootIsNoRollback) {
  device.WriteVerdict(TimeClass::kProtected);
  const auto late = device.Request(1);
  ASSERT_TRUE(device.Sync(late).ok());
  device.Reboot();
  device.WriteVerdict(TimeClass::kViolation);
  device.acked = 1;
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(device.Sync(late)->acked_through, 2u);
  EXPECT_THAT(world.IncidentsOf(device.id, "chain_fork"), SizeIs(0));
  EXPECT_THAT(world.IncidentsOf(device.id, "clone_conflict"), SizeIs(0));
}

TEST_F(Sync, ReachabilityFollowsTheHeartbeat) {
  ASSERT_TRUE(device.SyncNow().ok());
  const std::vector<std::pair<absl::Duration, Reachability>> expected = {
      {absl::Seconds(120), Reachability::kOnline},
      {absl::Seconds(121), Reachability::kLate},
      {absl::Seconds(361), Reachability::kOffline},
      {absl::Hours(24 * 30), Reachability::kMissing}};
  const Stamp contact = world.clock.now;
  for (const auto& [silence, reachability] : expected) {
    world.clock.now = contact;
    world.clock.Advance(silence);
    EXPECT_EQ(Seen().reachability, reachability) << silence;
  }
}

TEST_F(Sync, GoodbyeIsOfflineAtOnceAndNotSilence) {
  device.WriteVerdict(TimeClass::kAsleepOrOff, "sleep");
  auto request = device.Request(1);
  request.goodbye = wire::Goodbye::kSleep;
  ASSERT_TRUE(device.Sync(request).ok());
  EXPECT_EQ(Seen().reachability, Reachability::kOffline);
  world.clock.Advance(absl::Hours(30));
  ASSERT_TRUE(world.core->Tick().ok());
  EXPECT_EQ(Seen().posture, TimeClass::kAsleepOrOff);
  EXPECT_THAT(world.IncidentsOf(device.id, "silent_agent"), SizeIs(0));
}

TEST_F(Sync, SilenceIsUnknownUntilItSpeaksAgain) {
  device.WriteVerdict(TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().posture, TimeClass::kProtected);
  device.Advance(absl::Minutes(3));
  ASSERT_TRUE(world.core->Tick().ok());
  ListDevicesRequest unknown;
  unknown.posture = TimeClass::kUnknown;
  EXPECT_EQ(world.core->ListDevices(kAdmin, unknown)->total, 1);
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().posture, TimeClass::kProtected);
  EXPECT_EQ(world.core->ListDevices(kAdmin, unknown)->total, 0);
}

TEST_F(Sync, WhoComesSeldomIsSilentLater) {
  const PutPolicyRequest seldom{.document = "policyVersion: 1\nreporting: {heartbeatInterval: 15m}\n",
                                .group = "seldom"};
  ASSERT_TRUE(world.core->PutPolicy(kAdmin, seldom).ok());
  TestDevice other{world, "other"};
  ASSERT_TRUE(other.Enroll(world.MakeToken({.group = "seldom", .quota = 1})).ok());
  for (TestDevice* each : {&device, &other}) {
    each->WriteVerdict(TimeClass::kProtected);
    ASSERT_TRUE(each->SyncNow().ok());
  }
  const auto silent_after = [&](int minutes) {
    std::vector<std::string> names;
    for (int i = 0; i < minutes; ++i) {
      world.clock.Advance(absl::Minutes(1));
      EXPECT_TRUE(world.core->Tick().ok());
    }
    const auto unknown = world.core->ListDevices(kAdmin, {.posture = TimeClass::kUnknown});
    for (const Device& found : unknown->devices) names.push_back(found.hostname);
    return names;
  };
  EXPECT_THAT(silent_after(2), SizeIs(0));
  EXPECT_THAT(silent_after(1), ElementsAre("alpha"));
  EXPECT_THAT(silent_after(13), ElementsAre("alpha"));
  EXPECT_THAT(silent_after(1), UnorderedElementsAre("alpha", "other"));
}

TEST_F(Sync, ATickWithoutNewsWritesNothing) {
  ASSERT_TRUE(device.SyncNow().ok());
  ASSERT_TRUE(world.core->Tick().ok());
  const uint64_t writes = world.disk.count(sim::Op::kWrite);
  ASSERT_TRUE(world.core->Tick().ok());
  EXPECT_EQ(world.disk.count(sim::Op::kWrite), writes);
}

TEST_F(Sync, ADayOfSilenceIsAnIncidentThatEndsWithTheNextWord) {
  ASSERT_TRUE(device.SyncNow().ok());
  device.Advance(absl::Hours(25));
  ASSERT_TRUE(world.core->Tick().ok());
  ASSERT_TRUE(world.core->Tick().ok());
  ASSERT_THAT(world.IncidentsOf(device.id, "silent_agent"), SizeIs(1));
  ASSERT_TRUE(device.SyncNow().ok());
  const auto incidents = world.IncidentsOf(device.id, "silent_agent");
  ASSERT_THAT(incidents, SizeIs(1));
  EXPECT_TRUE(incidents[0].closed.has_value());
  EXPECT_EQ(Seen().open_incidents, 0);
}

TEST_F(Sync, IdentityOnOtherHardwareMustEnrollAnewAndIsFlagged) {
  TestDevice copy = device;
  copy.hardware.serial_number = "SERIAL-other";
  copy.hardware.platform_uuid = Uuid::FromName("other").ToString();
  EXPECT_EQ(ReasonOf(copy.SyncNow().status()), ErrorReason::kReenrollRequired);
  EXPECT_THAT(world.IncidentsOf(device.id, "clone_conflict"), SizeIs(1));
}

TEST_F(Sync, TwoMachinesWithOneIdentityAreFlagged) {
  TestDevice copy = device;
  copy.Reboot();
  for (int i = 0; i < 5; ++i) {
    device.Advance(absl::Seconds(60));
    copy.now.mono = copy.now.mono + absl::Seconds(60);
    ASSERT_TRUE(device.Sync(device.Request(1)).ok());
    ASSERT_TRUE(copy.Sync(copy.Request(1)).ok());
  }
  EXPECT_THAT(world.IncidentsOf(device.id, "clone_conflict"), SizeIs(1));
}

TEST_F(Sync, ManyRebootsAreNoClone) {
  for (int i = 0; i < 20; ++i) {
    device.Advance(absl::Seconds(60));
    device.Reboot();
    ASSERT_TRUE(device.SyncNow().ok());
  }
  EXPECT_THAT(world.IncidentsOf(device.id, "clone_conflict"), SizeIs(0));
}

TEST_F(Sync, ClockOffsetIsTheDevicesWallClockMinusTheServers) {
  device.now.wall = device.now.wall + absl::Seconds(90);
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Seen().clock_offset_ns, 90000000000);
}

TEST_F(Sync, AbsurdClocksAreTakenAsTheyAre) {
  for (const int64_t ns : {INT64_MIN, INT64_MAX}) {
    device.now.wall = {ns};
    device.WriteVerdict(TimeClass::kProtected);
    const auto answer = device.SyncNow();
    ASSERT_TRUE(answer.ok()) << answer.status();
  }
  EXPECT_EQ(Seen().clock_offset_ns, INT64_MAX - world.clock.now.wall.ns);
}

}  // namespace
}  // namespace holdfast::server

// What an enrolled device may try: none of it reaches the server's own findings, other devices, or what
// admins read.
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/text/width.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::SizeIs;

class Hostile : public ::testing::Test {
 protected:
  Hostile() { device.EnrollNow(); }
  World world;
  TestDevice device{world, "alpha"};
};

// The server's own incidents are those of epoch 0.
TEST_F(Hostile, CannotCloseWhatTheServerNoticed) {
  TestDevice copy = device;
  copy.hardware.serial_number = "SERIAL-other";
  ASSERT_EQ(ReasonOf(copy.SyncNow().status()), ErrorReason::kReenrollRequired);
  const IncidentClosed lie{
      .name = "clone_conflict", .key = "", .opened_seq = 1, .reason = "nothing to see here"};
  device.Write(lie);
  ASSERT_TRUE(device.SyncNow().ok());
  device.BeginEpoch();
  device.epoch = 0;
  device.Write(lie);
  EXPECT_EQ(ReasonOf(device.SyncNow().status()), ErrorReason::kBadRequest);
  const auto incidents = world.IncidentsOf(device.id, "clone_conflict");
  ASSERT_THAT(incidents, SizeIs(1));
  EXPECT_FALSE(incidents[0].closed.has_value());
}

TEST_F(Hostile, RowsBeyondWhatAJournalHoldsAreRefused) {
  journal::Row& row = device.Write(AgentStopped{"stop"});
  row.seq = uint64_t{1} << 63;
  row.hash = journal::HashOf(row, journal::kGenesis);
  auto request = device.Request(1);
  request.quarantined = {{1, row.seq - 1, "so that the hole is accepted"}};
  EXPECT_EQ(ReasonOf(device.Sync(request).status()), ErrorReason::kBadRequest);
}

// A text with half a character in it would make every list with this device unreadable.
TEST_F(Hostile, ALongTextIsCutBetweenCharacters) {
  auto request = device.Request(1);
  request.policy_status = wire::PolicyStatus{
      wire::PolicyStatus::State::kFailed, 8, {}, std::string(1023, 'x') + "\xC3\xBC and more"};
  ASSERT_TRUE(device.Sync(request).ok());
  const std::string state = world.core->GetDevice(kAdmin, device.id.ToString())->policy_state;
  EXPECT_EQ(text::Printable(state), state);
  EXPECT_EQ(state.back(), 'x');
}

// When each row reads every open incident, this one message keeps the server busy for minutes.
TEST_F(Hostile, ManyOpenIncidentsCostNoMoreEach) {
  constexpr int kMany = 5000;
  for (int i = 0; i < kMany; ++i) {
    device.Write(IncidentOpened{.name = "tamper", .severity = "info", .key = absl::StrCat(i)});
  }
  for (int i = 0; i < kMany; i += 2) {
    device.Write(IncidentClosed{.name = "tamper", .key = absl::StrCat(i), .reason = "over"});
  }
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(world.core->GetDevice(kAdmin, device.id.ToString())->open_incidents, kMany / 2);
}

TEST_F(Hostile, InventedServicesHaveAnEnd) {
  for (int i = 0; i < 600; ++i) device.WriteVerdict(TimeClass::kProtected, "", absl::StrCat("key", i));
  device.WriteVerdict(TimeClass::kViolation, "user", "key0");
  ASSERT_TRUE(device.SyncNow().ok());
  const Device seen = *world.core->GetDevice(kAdmin, device.id.ToString());
  EXPECT_THAT(seen.services, SizeIs(512));
  EXPECT_EQ(seen.posture, TimeClass::kViolation);
}

}  // namespace
}  // namespace holdfast::server

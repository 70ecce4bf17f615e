// An agent that keeps crashing only reports, and comes back to enforcing by itself.
#include "agent/daemon/crash_guard.h"

#include "tests/agent/daemon/world.h"

namespace holdfast::agent {
namespace {

WallTime At(absl::Duration d) {
  return WallTime{} + absl::Hours(1'000) + d;
}

TEST(CrashGuard, TheThirdStartWithinTenMinutesIsOneTooMany) {
  platform::MemoryStateFiles files;
  EXPECT_FALSE(CrashGuard(files).NoteStart(At(absl::ZeroDuration())));
  EXPECT_FALSE(CrashGuard(files).NoteStart(At(absl::Minutes(4))));
  EXPECT_TRUE(CrashGuard(files).NoteStart(At(absl::Minutes(8))));
  EXPECT_TRUE(CrashGuard(files).NoteStart(At(absl::Minutes(9))));
}

TEST(CrashGuard, StartsThatLieApartAreNone) {
  platform::MemoryStateFiles files;
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(CrashGuard(files).NoteStart(At(absl::Minutes(6) * i))) << i;
}

TEST(CrashGuard, ACleanStopProvesThatItDoesNotCrash) {
  platform::MemoryStateFiles files;
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(CrashGuard(files).NoteStart(At(absl::Seconds(i))));
    CrashGuard(files).NoteCleanStop();
  }
}

TEST(CrashGuard, AClockThatWasSetBackAndADamagedFileCountAsNothing) {
  platform::MemoryStateFiles files;
  for (int i = 0; i < 2; ++i) CrashGuard(files).NoteStart(At(absl::Hours(48)));
  EXPECT_FALSE(CrashGuard(files).NoteStart(At(absl::ZeroDuration())));
  ASSERT_TRUE(files.Write("starts", "nonsense\n\n99999999999999999999\n-5\n").ok());
  EXPECT_FALSE(CrashGuard(files).NoteStart(At(absl::ZeroDuration())));
}

TEST(HeldBackend, CommandsAreRefusedForTenMinutesAndStatusesGoOn) {
  World world;
  session::SimulatedBackend simulated(world.mac);
  HeldBackend held(simulated, world.time, world.time);
  bool released = false;
  held.Hold([&] { released = true; });
  const absl::Status start = held.StartSession(world.corp, std::nullopt);
  EXPECT_EQ(start.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(start.message()), ::testing::HasSubstr("three times"));
  EXPECT_EQ(held.StopSession(world.corp).code(), absl::StatusCode::kUnavailable);
  for (const session::Capability& capability : held.Capabilities()) {
    EXPECT_EQ(capability.available, capability.name != "start" && capability.name != "stop")
        << capability.name;
  }
  world.time.RunFor(absl::Minutes(10));
  EXPECT_TRUE(released);
  EXPECT_TRUE(held.StartSession(world.corp, std::nullopt).ok());
}

// The agent over a held back end: it says so, opens the incident, and connects once it may.
TEST(HeldBackend, TheAgentSaysSoAndGoesOnByItself) {
  World world;
  world.Start();
  world.RunFor(absl::Minutes(5));
  ASSERT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
  world.Kill();
  world.hold = true;
  world.Start();
  world.mac.UserDisconnect(world.corp);
  world.RunFor(absl::Minutes(5));
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kDisconnected);
  EXPECT_TRUE(world.Opened("capability_lost"));
  EXPECT_THAT(world.agent->Status().warnings, ::testing::Contains(::testing::HasSubstr("cannot be started")));
  world.RunFor(absl::Minutes(40));
  EXPECT_EQ(world.mac.StatusOf(world.corp), SessionStatus::kConnected);
  EXPECT_TRUE(world.agent->Status().warnings.empty());
}

}  // namespace
}  // namespace holdfast::agent

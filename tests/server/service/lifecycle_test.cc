#include "server/service/lifecycle.h"

#include "base/error.h"
#include "core/compliance/account.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using compliance::Of;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int64_t kHourNs = int64_t{3600} * 1'000'000'000;

class LifecycleTest : public ::testing::Test {
 protected:
  LifecycleTest() {
    device.EnrollNow();
    start = Now();
    device.WriteVerdict(TimeClass::kProtected);
    EXPECT_TRUE(device.SyncNow().ok());
  }
  ServerTime Now() const { return {world.clock.now.wall.ns}; }
  void Set(Lifecycle state, const std::string& reason = "") {
    const auto set = world.core->SetDeviceLifecycle(kAdmin, {"alpha", state, reason});
    EXPECT_TRUE(set.ok()) << set.status();
  }
  Device Seen() { return *world.core->GetDevice(kAdmin, "alpha"); }
  compliance::ClassTotals Totals() {
    if (Now() == start) return {};
    return world.core->GetComplianceReport(kAdmin, {.from = start, .to = Now()})->report.totals;
  }
  // It reports a violation, each hour anew.
  void Violate(int hours) {
    for (int i = 0; i < hours; ++i) {
      device.WriteVerdict(TimeClass::kViolation, "user");
      device.Advance(absl::Hours(1));
      EXPECT_TRUE(device.SyncNow().ok());
    }
  }
  void Tick() { EXPECT_TRUE(world.core->Tick().ok()); }

  World world;
  TestDevice device{world, "alpha"};
  ServerTime start;
};

TEST_F(LifecycleTest, IsInUseUntilAnAdminSaysOtherwise) {
  EXPECT_EQ(Seen().lifecycle.state, Lifecycle::kInUse);
  EXPECT_EQ(Seen().lifecycle.at, ServerTime{});
  Set(Lifecycle::kOnLoan, "to the press");
  EXPECT_EQ(Seen().lifecycle.state, Lifecycle::kOnLoan);
  EXPECT_EQ(Seen().lifecycle.at, Now());
  EXPECT_EQ(Seen().lifecycle.reason, "to the press");
  const AuditEntry entry = world.Audit().front();
  EXPECT_EQ(entry.action, "SetDeviceLifecycle");
  EXPECT_EQ(entry.target, "device:" + device.id.ToString());
  EXPECT_EQ(entry.before, "in_use");
  EXPECT_EQ(entry.after, "on_loan: to the press");
  const size_t entries = world.Audit().size();
  Set(Lifecycle::kOnLoan, "again");
  EXPECT_THAT(world.Audit(), SizeIs(entries)) << "nothing changed";
  EXPECT_FALSE(
      world.core->SetDeviceLifecycle(kAdmin, {"alpha", Lifecycle::kWiped, std::string(257, 'x')}).ok());
  world.Restart(sim::Loss::kUnsynced);
  EXPECT_EQ(Seen().lifecycle.reason, "to the press");
}

TEST_F(LifecycleTest, OutOfServiceNothingIsRequiredWhateverItReports) {
  for (const Lifecycle state : {Lifecycle::kRetired, Lifecycle::kWiped, Lifecycle::kMigrated}) {
    Set(Lifecycle::kInUse);
    const compliance::ClassTotals before = Totals();
    Violate(2);
    Set(state);
    EXPECT_EQ(Seen().posture, TimeClass::kNotRequired);
    Violate(3);
    EXPECT_EQ(Seen().posture, TimeClass::kNotRequired);
    EXPECT_EQ(Of(Totals(), TimeClass::kViolation) - Of(before, TimeClass::kViolation), 2 * kHourNs)
        << LifecycleName(state);
    EXPECT_EQ(Of(Totals(), TimeClass::kNotRequired) - Of(before, TimeClass::kNotRequired), 3 * kHourNs);
  }
}

TEST_F(LifecycleTest, OnLoanCountsAsInUse) {
  Set(Lifecycle::kOnLoan);
  Violate(2);
  EXPECT_EQ(Of(Totals(), TimeClass::kViolation), 2 * kHourNs);
  EXPECT_EQ(Seen().posture, TimeClass::kViolation);
}

TEST_F(LifecycleTest, TheTimeItWasAwayDoesNotCountAfterItsReturnEither) {
  Violate(1);
  Set(Lifecycle::kRetired);
  Violate(4);
  Set(Lifecycle::kWiped);  // from one absence into another
  Violate(4);
  Set(Lifecycle::kInUse);
  EXPECT_EQ(Seen().posture, TimeClass::kViolation) << "as it last reported";
  Violate(2);
  EXPECT_EQ(Of(Totals(), TimeClass::kViolation), 3 * kHourNs);
  EXPECT_EQ(Of(Totals(), TimeClass::kNotRequired), 8 * kHourNs);
}

TEST_F(LifecycleTest, SilenceOfOneThatIsOutOfServiceIsNoIncident) {
  Set(Lifecycle::kRetired);
  world.clock.Advance(absl::Hours(100));
  Tick();
  EXPECT_THAT(world.IncidentsOf(device.id, "silent_agent"), IsEmpty());
  EXPECT_EQ(Seen().posture, TimeClass::kNotRequired);
  EXPECT_EQ(world.core->ListDevices(kAdmin, {.posture = TimeClass::kNotRequired})->total, 1);
  // In use again, and still silent: that is one.
  Set(Lifecycle::kInUse);
  EXPECT_THAT(world.IncidentsOf(device.id, "silent_agent"), SizeIs(1));
  EXPECT_EQ(Seen().posture, TimeClass::kUnknown);
  EXPECT_EQ(Seen().open_incidents, 1);
  Set(Lifecycle::kWiped);
  EXPECT_EQ(world.IncidentsOf(device.id, "silent_agent").at(0).closed_reason, "the device is wiped");
  EXPECT_EQ(Seen().open_incidents, 0);
}

TEST_F(LifecycleTest, EnrollingAgainReturnsItToUse) {
  Set(Lifecycle::kWiped, "for Bert");
  device.Advance(absl::Hours(5));
  ASSERT_TRUE(device.Enroll(world.MakeToken({.allowed_serials = {"SERIAL-alpha"}})).ok());
  EXPECT_EQ(Seen().lifecycle.state, Lifecycle::kInUse);
  EXPECT_EQ(Seen().lifecycle.reason, "it enrolled again");
  EXPECT_EQ(world.Audit().front().action, "Enroll");
  EXPECT_EQ(world.Audit().front().before, "enrolled; lifecycle=wiped");
  Violate(1);
  EXPECT_EQ(Of(Totals(), TimeClass::kNotRequired), 5 * kHourNs);
  EXPECT_EQ(Seen().posture, TimeClass::kViolation);
}

TEST_F(LifecycleTest, DevicesAreFilteredByIt) {
  TestDevice other(world, "beta");
  other.EnrollNow();
  Set(Lifecycle::kRetired);
  const auto retired = world.core->ListDevices(kAdmin, {.lifecycle = Lifecycle::kRetired});
  ASSERT_THAT(retired->devices, SizeIs(1));
  EXPECT_EQ(retired->devices[0].hostname, "alpha");
  EXPECT_EQ(retired->total, 1);
  const auto in_use =
      world.core->ListDevices(kAdmin, {.order_by = "last_seen", .lifecycle = Lifecycle::kInUse});
  ASSERT_THAT(in_use->devices, SizeIs(1));
  EXPECT_EQ(in_use->devices[0].hostname, "beta");
}

TEST_F(LifecycleTest, AWipedMacKeepsNobodyFromReplacingAKey) {
  const auto devices = [this] { return world.core->ListKeys(kAdmin)->front().devices; };
  EXPECT_EQ(devices(), 1);
  Set(Lifecycle::kWiped);
  EXPECT_EQ(devices(), 0);
}

}  // namespace
}  // namespace holdfast::server

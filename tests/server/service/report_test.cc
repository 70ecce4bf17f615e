#include "base/error.h"
#include "core/compliance/account.h"
#include "server/service/report_bytes.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using compliance::Of;
using ::testing::SizeIs;
constexpr int64_t kMinute = 60LL * 1000000000;

class Report : public ::testing::Test {
 protected:
  Report() {
    device.EnrollNow();
    start = {world.clock.now.wall.ns};
  }
  void For(absl::Duration d, TimeClass time_class, const std::string& cause = "") {
    device.WriteVerdict(time_class, cause);
    device.Advance(d);
  }
  GetComplianceReportResponse Make(const std::string& named = "") {
    const auto response = world.core->GetComplianceReport(
        kAdmin, {.from = start, .to = {world.clock.now.wall.ns}, .device = named});
    EXPECT_TRUE(response.ok()) << response.status();
    return *response;
  }
  ServiceCompliance Only() {
    const auto services = Make("alpha").report.services;
    EXPECT_THAT(services, SizeIs(1));
    int64_t sum = 0;
    for (int64_t ns : services[0].totals) sum += ns;
    EXPECT_EQ(sum, world.clock.now.wall.ns - start.ns);
    return services[0];
  }

  World world;
  TestDevice device{world, "alpha"};
  ServerTime start;
};

TEST_F(Report, CountsEveryNanosecond) {
  ASSERT_TRUE(device.SyncNow().ok());
  For(absl::Minutes(10), TimeClass::kProtected);
  For(absl::Minutes(3), TimeClass::kViolation, "user");
  For(absl::Minutes(7), TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  const ServiceCompliance s = Only();
  EXPECT_EQ(Of(s.totals, TimeClass::kProtected), 17 * kMinute);
  EXPECT_EQ(Of(s.totals, TimeClass::kViolation), 3 * kMinute);
  EXPECT_EQ(s.rule, "Corp VPN");
  EXPECT_EQ(s.service_name, "Corp");
  EXPECT_DOUBLE_EQ(*ProtectedShare(s.totals), 0.85);
}

TEST_F(Report, RowsThatArriveLateAreCountedWhereTheyHappened) {
  ASSERT_TRUE(device.SyncNow().ok());
  For(absl::Minutes(10), TimeClass::kProtected);
  For(absl::Minutes(10), TimeClass::kViolation, "stuck");
  device.now.wall = {0};  // the clock jumps; the boot goes on
  For(absl::Minutes(10), TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Of(Only().totals, TimeClass::kViolation), 10 * kMinute);
}

TEST_F(Report, ShutdownIsOffAndCrashIsUnknown) {
  ASSERT_TRUE(device.SyncNow().ok());
  For(absl::Minutes(10), TimeClass::kProtected);
  device.Write(AgentStopped{"shutdown"});
  ASSERT_TRUE(device.SyncNow().ok());
  device.Advance(absl::Minutes(60));
  device.Reboot();
  device.Write(AgentStarted{"0.1.0", "24G84", std::nullopt, true});
  device.Advance(absl::Minutes(1));
  For(absl::Minutes(5), TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  const Stamp last_alive = device.now;
  device.Advance(absl::Minutes(4));
  device.Write(AgentStarted{"0.1.0", "24G84", last_alive, false});
  For(absl::Minutes(5), TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  const ServiceCompliance s = Only();
  EXPECT_EQ(Of(s.totals, TimeClass::kAsleepOrOff), 60 * kMinute);
  EXPECT_EQ(Of(s.totals, TimeClass::kProtected), 20 * kMinute);
  EXPECT_THAT(s.causes, ::testing::Contains(CauseTotal{TimeClass::kUnknown, "agent_down", 4 * kMinute}));
  EXPECT_THAT(s.causes, ::testing::Contains(CauseTotal{TimeClass::kUnknown, "starting", kMinute}));
}

TEST_F(Report, SilenceIsUnknown) {
  For(absl::Minutes(10), TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  world.clock.Advance(absl::Minutes(5));
  EXPECT_THAT(Only().causes, ::testing::Contains(CauseTotal{TimeClass::kUnknown, "silent", 5 * kMinute}));
}

TEST_F(Report, DroppedRowsAreAGapBetweenTheirNeighbours) {
  ASSERT_TRUE(device.SyncNow().ok());
  For(absl::Minutes(10), TimeClass::kProtected);  // row 1
  ASSERT_TRUE(device.SyncNow().ok());
  For(absl::Minutes(10), TimeClass::kViolation, "user");  // rows 2 and 3 are dropped
  For(absl::Minutes(10), TimeClass::kProtected);
  For(absl::Minutes(10), TimeClass::kProtected);  // row 4
  device.Write(Gap{2, 3, 2, device.rows[2].hash});
  EXPECT_EQ(ReasonOf(device.Sync(device.Request(4)).status()), ErrorReason::kSequenceGap);
  EXPECT_EQ(device.Sync(device.Request(6))->acked_through, 1u);
  EXPECT_EQ(device.Sync(device.Request(4))->acked_through, 5u);
  const ServiceCompliance s = Only();
  EXPECT_THAT(s.causes, ::testing::Contains(CauseTotal{TimeClass::kUnknown, "gap", 30 * kMinute}));
  EXPECT_EQ(Of(s.totals, TimeClass::kProtected), 10 * kMinute);
  const auto gaps = world.IncidentsOf(device.id, "journal_gap");
  ASSERT_THAT(gaps, SizeIs(1));
  EXPECT_TRUE(gaps[0].closed.has_value()) << "explained by the device's own gap row";
}

TEST_F(Report, LostLogIsAGapFromTheLastCompleteContact) {
  For(absl::Minutes(10), TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  device.Advance(absl::Minutes(10));
  device.BeginEpoch();
  device.Write(EpochBegan{"set_aside: corrupt", std::nullopt});
  For(absl::Minutes(5), TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  const ServiceCompliance s = Only();
  EXPECT_THAT(s.causes, ::testing::Contains(CauseTotal{TimeClass::kUnknown, "gap", 10 * kMinute}));
  EXPECT_EQ(Of(s.totals, TimeClass::kProtected), 15 * kMinute);
}

TEST_F(Report, RevokedDeviceIsNotRequiredAnyMore) {
  For(absl::Minutes(10), TimeClass::kProtected);
  ASSERT_TRUE(device.SyncNow().ok());
  ASSERT_TRUE(world.core->RevokeDevice(kAdmin, {"alpha", "retired"}).ok());
  world.clock.Advance(absl::Hours(5));
  const ServiceCompliance s = Only();
  EXPECT_EQ(Of(s.totals, TimeClass::kUnknown), 0);
  EXPECT_EQ(Of(s.totals, TimeClass::kNotRequired), 300 * kMinute);
}

TEST_F(Report, WindowCarriesInWhatHeldBefore) {
  For(absl::Minutes(10), TimeClass::kViolation, "user");
  start = {world.clock.now.wall.ns};
  device.Advance(absl::Minutes(5));
  ASSERT_TRUE(device.SyncNow().ok());
  EXPECT_EQ(Of(Only().totals, TimeClass::kViolation), 5 * kMinute);
}

TEST_F(Report, SignatureCoversEveryFieldAndChainHead) {
  For(absl::Minutes(10), TimeClass::kProtected);
  For(absl::Minutes(1), TimeClass::kViolation, "user");
  ASSERT_TRUE(device.SyncNow().ok());
  const auto made = Make();
  const std::string key = world.issuer.ReportPublicKey();
  ASSERT_TRUE(VerifyReport(made.report, made.signature, key).ok());
  ASSERT_THAT(made.report.chain_heads, SizeIs(1));
  EXPECT_EQ(made.report.chain_heads[0].hash, device.rows.back().hash);
  const std::vector<std::function<void(ComplianceReport&)>> changes = {
      [](ComplianceReport& r) { ++r.from.ns; },
      [](ComplianceReport& r) { ++r.made.ns; },
      [](ComplianceReport& r) { ++r.devices; },
      [](ComplianceReport& r) { r.device = "alpha"; },
      [](ComplianceReport& r) { r.group = "lab"; },
      [](ComplianceReport& r) { ++r.totals[1]; },
      [](ComplianceReport& r) { --r.days[0].totals[1]; },
      [](ComplianceReport& r) { ++r.days[0].begin.ns; },
      [](ComplianceReport& r) { r.services[0].hostname = "x"; },
      [](ComplianceReport& r) { --r.services[0].totals[2]; },
      [](ComplianceReport& r) { r.services[0].causes[0].cause = "x"; },
      [](ComplianceReport& r) { ++r.services[0].uncertainty_ns; },
      [](ComplianceReport& r) { ++r.services[0].outages.count; },
      [](ComplianceReport& r) { ++r.services[0].outages.longest_ns; },
      [](ComplianceReport& r) { ++r.services[0].outages.first_ns; },
      [](ComplianceReport& r) { ++r.services[0].outages.last_ns; },
      [](ComplianceReport& r) { ++r.chain_heads[0].seq; },
      [](ComplianceReport& r) { r.chain_heads[0].hash[0] ^= 1; },
      [](ComplianceReport& r) { r.chain_heads.clear(); }};
  for (size_t i = 0; i < changes.size(); ++i) {
    ComplianceReport changed = made.report;
    changes[i](changed);
    EXPECT_FALSE(VerifyReport(changed, made.signature, key).ok()) << i;
  }
}

TEST_F(Report, SaysWhatEachDayWas) {
  world.clock.Advance(absl::Hours(3));  // the device is not heard of: nothing is required of it
  const ServerTime begin{world.clock.now.wall.ns};
  device.Advance(absl::ZeroDuration());
  For(absl::Hours(30), TimeClass::kProtected);
  For(absl::Hours(2), TimeClass::kViolation, "user");
  ASSERT_TRUE(device.SyncNow().ok());
  const ComplianceReport report = Make().report;
  ASSERT_GE(report.days.size(), 2u);
  EXPECT_LE(report.days.front().begin, begin);
  EXPECT_GE(report.days.front().begin, report.from);
  ClassTotals sum{};
  for (size_t i = 0; i < report.days.size(); ++i) {
    EXPECT_EQ(Of(report.days[i].totals, TimeClass::kNotRequired), 0);
    if (i > 0) EXPECT_EQ(report.days[i].begin.ns % (24 * 60 * kMinute), 0);
    if (i > 0) EXPECT_GT(report.days[i].begin, report.days[i - 1].begin);
    compliance::Add(sum, report.days[i].totals);
  }
  ClassTotals required = report.totals;
  Of(required, TimeClass::kNotRequired) = 0;
  EXPECT_EQ(sum, required);
}

TEST_F(Report, ScopesToAGroupAndEndsNow) {
  TestDevice other(world, "beta");
  ASSERT_TRUE(other.Enroll(world.MakeToken({.group = "lab"})).ok());
  world.clock.Advance(absl::Minutes(1));
  const ServerTime now{world.clock.now.wall.ns};
  const auto lab =
      world.core->GetComplianceReport(kAdmin, {.from = start, .to = now + absl::Hours(1), .group = "lab"});
  EXPECT_EQ(lab->report.devices, 1);
  EXPECT_EQ(lab->report.to, now);
  EXPECT_TRUE(
      absl::IsInvalidArgument(world.core->GetComplianceReport(kAdmin, {.from = now, .to = now}).status()));
}

}  // namespace
}  // namespace holdfast::server

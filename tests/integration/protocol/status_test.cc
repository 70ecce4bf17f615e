// Points 14 and 16: what the server says of a Mac that it hears, hears late, or does not hear; and what it
// writes down of everything that an admin does.
#include "tests/integration/protocol/fleet.h"
#include "tests/simulation/policies.h"

namespace holdfast::protocol {
namespace {

using server::Reachability;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kPolicy[] =
    "policyVersion: 1\n"
    "enforcementMode: enforce\n"
    "services: [{name: corp, match: {name: Corp VPN}, authentication: machine, alwaysConnected: {enabled: "
    "true}}]\n"
    "reporting: {heartbeatInterval: 300s}\n";

class Status : public Protocol {
 protected:
  Status() { server_.PutPolicy(kPolicy); }
  // Until the server last heard of it exactly so long ago.
  void RunUntilSilentFor(absl::Duration silence) {
    time_.RunFor(silence - (Now() - Seen("alpha").last_seen));
  }
  ServerTime began_ = Now();
};

TEST_F(Status, ReachabilityGoesFromOnlineOverLateAndOfflineToMissing) {
  Device& mac = AddOnline("alpha");
  mac.SetLink(false);
  RunUntilSilentFor(absl::Minutes(6) - absl::Seconds(1));
  EXPECT_EQ(Seen("alpha").reachability, Reachability::kOnline) << "within the interval and a minute";
  RunUntilSilentFor(absl::Minutes(6) + absl::Seconds(1));
  EXPECT_EQ(Seen("alpha").reachability, Reachability::kLate);
  RunUntilSilentFor(absl::Minutes(26) + absl::Seconds(1));
  EXPECT_EQ(Seen("alpha").reachability, Reachability::kOffline);
  mac.Kill();
  RunUntilSilentFor(absl::Hours(24 * 30) + absl::Seconds(1));
  EXPECT_EQ(Seen("alpha").reachability, Reachability::kMissing);
  mac.SetLink(true);
  mac.Start();
  time_.RunFor(absl::Minutes(1));
  EXPECT_EQ(Seen("alpha").reachability, Reachability::kOnline);
}

TEST_F(Status, SilenceIsUnknownAndNeverCompliant) {
  Device& mac = AddOnline("alpha");
  time_.RunFor(absl::Minutes(10));
  ASSERT_EQ(Seen("alpha").posture, TimeClass::kProtected);
  mac.SetLink(false);
  time_.RunFor(absl::Minutes(10));
  EXPECT_EQ(Seen("alpha").posture, TimeClass::kUnknown);
  // The session is up the whole time; the server cannot know that.
  time_.RunFor(absl::Hours(10));
  const auto silent = core().GetComplianceReport(admin(), {.from = Now() - absl::Hours(5), .to = Now()});
  ASSERT_TRUE(silent.ok()) << silent.status();
  const auto& totals = silent->report.totals;
  EXPECT_EQ(totals[static_cast<size_t>(TimeClass::kProtected)], 0);
  EXPECT_GT(totals[static_cast<size_t>(TimeClass::kUnknown)], 0);
  // What it brings later is counted where it happened.
  mac.SetLink(true);
  time_.RunFor(absl::Minutes(30));
  const auto heard = core().GetComplianceReport(
      admin(), {.from = Now() - absl::Hours(5) - absl::Minutes(30), .to = Now() - absl::Minutes(30)});
  EXPECT_GT(heard->report.totals[static_cast<size_t>(TimeClass::kProtected)], 0);
  EXPECT_EQ(heard->report.totals[static_cast<size_t>(TimeClass::kUnknown)], 0);
}

TEST_F(Status, ADayOfSilenceWithoutAGoodbyeIsAnIncident) {
  Device& mac = AddOnline("alpha");
  mac.Kill();
  time_.RunFor(absl::Hours(23));
  EXPECT_THAT(Incidents("alpha", "silent_agent"), IsEmpty());
  time_.RunFor(absl::Hours(2));
  EXPECT_THAT(Incidents("alpha", "silent_agent"), SizeIs(1));
  mac.Start();
  time_.RunFor(absl::Minutes(20));
  EXPECT_NE(Incidents("alpha", "silent_agent")[0].closed, std::nullopt);
}

TEST_F(Status, ARetiredMacIsRequiredNothingAndMissedByNobodyUntilItEnrollsAgain) {
  Device& mac = AddOnline("alpha");
  time_.RunFor(absl::Hours(1));
  ASSERT_EQ(Seen("alpha").posture, TimeClass::kProtected);
  ASSERT_TRUE(core().SetDeviceLifecycle(admin(), {"alpha", server::Lifecycle::kRetired, "sold"}).ok());
  const ServerTime retired = Now();
  EXPECT_EQ(Audit("SetDeviceLifecycle")[0].before, "in_use");
  EXPECT_EQ(Audit("SetDeviceLifecycle")[0].after, "retired: sold");
  // It still runs for a while, and in violation.
  mac.mac().NetworkDown();
  mac.mac().NetworkUp();
  mac.mac().UserDisconnect(mac.service());
  time_.RunFor(absl::Hours(1));
  EXPECT_EQ(Seen("alpha").reachability, Reachability::kOnline);
  mac.Kill();
  time_.RunFor(absl::Hours(24 * 7));
  EXPECT_THAT(Incidents("alpha", "silent_agent"), IsEmpty());
  EXPECT_EQ(Seen("alpha").posture, TimeClass::kNotRequired);
  const auto totals = core().GetComplianceReport(admin(), {.from = retired, .to = Now()})->report.totals;
  EXPECT_EQ(totals[static_cast<size_t>(TimeClass::kNotRequired)], Now().ns - retired.ns);

  const std::string id = Seen("alpha").id.ToString();
  Device& wiped = Add("alpha again", Token({.allowed_serials = {"alpha-SERIAL"}}), "alpha");
  wiped.Start();
  time_.RunFor(absl::Hours(1));
  EXPECT_EQ(Seen(id).lifecycle.state, server::Lifecycle::kInUse);
  EXPECT_EQ(Seen(id).posture, TimeClass::kProtected);
  const auto after = core().GetComplianceReport(admin(), {.from = retired, .to = Now()})->report.totals;
  EXPECT_GT(after[static_cast<size_t>(TimeClass::kProtected)], 0);
  EXPECT_GE(after[static_cast<size_t>(TimeClass::kNotRequired)],
            absl::ToInt64Nanoseconds(absl::Hours(24 * 7)));
}

TEST_F(Status, MacsOfTheInventoryThatNeverEnrolledAreListedAndInReports) {
  ASSERT_TRUE(core().ImportInventory(admin(), {"serial,name\nalpha-SERIAL,Anna\nbeta-SERIAL,Bert\n"}).ok());
  const auto missing = [this] {
    std::vector<std::string> serials;
    const auto listed = core().ListDevices(admin(), {.reachability = Reachability::kNeverEnrolled});
    for (const server::Device& device : listed->devices) serials.push_back(device.serial_number);
    return serials;
  };
  EXPECT_THAT(missing(), ElementsAre("alpha-SERIAL", "beta-SERIAL"));
  AddOnline("alpha");
  EXPECT_THAT(missing(), ElementsAre("beta-SERIAL"));
  const auto report = core().GetComplianceReport(admin(), {.from = began_, .to = Now()});
  EXPECT_THAT(report->never_enrolled, ElementsAre("beta-SERIAL"));
  EXPECT_EQ(report->inventory, 2);
}

TEST_F(Status, EachAdminActionIsAuditedWithActorSourceBeforeAndAfter) {
  AddOnline("alpha");
  const server::Actor ada{"ada", "203.0.113.8", server::Role::kAdmin};
  const auto token = core().CreateEnrollmentToken(ada, {.group = "kiosks", .quota = 3});
  ASSERT_TRUE(token.ok());
  ASSERT_TRUE(core().RevokeEnrollmentToken(ada, token->token.id).ok());
  ASSERT_TRUE(core().CreateAdminToken(ada, {"bert", server::Role::kViewer}).ok());
  ASSERT_TRUE(core().PutPolicy(ada, {.document = simulation::PlainPolicy(2)}).ok());
  ASSERT_TRUE(core().SetRollout(ada, {.group = "", .percent = 50}).ok());
  ASSERT_TRUE(
      core().IssueOverrideCode(ada, {.device = "alpha", .length = absl::Hours(1), .reason = "travel"}).ok());
  ASSERT_TRUE(core()
                  .IssueOrder(ada, {.fleet = true, .length = absl::Hours(1), .reason = "the gateway is down"})
                  .ok());
  ASSERT_TRUE(core().RevokeDevice(ada, {"alpha", "stolen"}).ok());

  std::vector<std::string> actions;
  for (const server::AuditEntry& entry : Audit()) {
    if (entry.actor != "ada") continue;
    EXPECT_EQ(entry.source, "203.0.113.8") << entry.action;
    EXPECT_NE(entry.target, "") << entry.action;
    EXPECT_NE(entry.after, "") << entry.action;
    EXPECT_GE(entry.at, began_);
    actions.insert(actions.begin(), entry.action);
  }
  EXPECT_THAT(actions,
              ElementsAre("CreateEnrollmentToken", "RevokeEnrollmentToken", "CreateAdminToken", "PutPolicy",
                          "SetRollout", "IssueOverrideCode", "SuspendEnforcement", "RevokeDevice"));
  EXPECT_EQ(Audit("RevokeDevice")[0].before, "enrolled");
  EXPECT_THAT(Audit("RevokeDevice")[0].after, HasSubstr("stolen"));
  EXPECT_THAT(Audit("PutPolicy")[0].before, HasSubstr("1"));
  EXPECT_THAT(Audit("PutPolicy")[0].after, HasSubstr("2"));
  EXPECT_THAT(Audit("RevokeEnrollmentToken")[0].before, HasSubstr("0 of 3"));
  // The log outlives the server's process and carries no secret.
  server_.Crash(sim::Loss::kUnsynced);
  server_.Start();
  EXPECT_THAT(Audit("RevokeDevice"), SizeIs(1));
  for (const server::AuditEntry& entry : Audit()) EXPECT_THAT(entry.after, Not(HasSubstr(token->secret)));
}

TEST_F(Status, AnAdminOfGroupsSeesAndChangesTheirDevicesOnly) {
  for (const char* group : {"berlin", "paris"}) {
    Add(group, Token({.group = group})).Start();
    time_.RunFor(absl::Minutes(10));
  }
  const auto made = core().CreateAdminToken(
      admin(), {.name = "bea", .role = server::Role::kOperator, .groups = {"berlin"}});
  ASSERT_TRUE(made.ok()) << made.status();
  server_.Crash(sim::Loss::kUnsynced);
  server_.Start();
  const server::Actor bea = *core().Authenticate("Bearer " + made->secret, "203.0.113.10");
  const auto devices = core().ListDevices(bea, {});
  ASSERT_THAT(devices->devices, SizeIs(1));
  EXPECT_EQ(devices->devices[0].hostname, "berlin");
  const auto history = core().ListHistory(bea, {});
  for (const server::HistoryRow& row : history->rows) EXPECT_EQ(row.hostname, "berlin");
  EXPECT_EQ(core().GetComplianceReport(bea, {.from = began_, .to = Now()})->report.group, "berlin");

  const std::vector<absl::Status> refused = {
      core().GetDevice(bea, "paris").status(),
      core().RevokeDevice(bea, {"paris", "mine"}),
      core().IssueOrder(bea, {.fleet = true, .length = absl::Hours(1), .reason = "all of them"}).status(),
      core().CreateEnrollmentToken(bea, {.group = "paris"}).status(),
      core().PutPolicy(bea, {.document = simulation::PlainPolicy(9), .group = "berlin"}).status(),
      core().ListKeys(bea).status()};
  for (const absl::Status& status : refused) {
    EXPECT_TRUE(absl::IsPermissionDenied(status)) << status;
  }
  EXPECT_THAT(std::string(refused[1].message()), HasSubstr("groups only: berlin"));
  ASSERT_TRUE(core().RevokeDevice(bea, {"berlin", "stolen"}).ok());
  time_.RunFor(absl::Minutes(10));
  EXPECT_EQ(macs_["berlin"]->Status().uplink.state, "revoked");
  EXPECT_EQ(macs_["paris"]->Status().uplink.state, "online");
  EXPECT_EQ(Audit("RevokeDevice")[0].actor, "bea");
}

TEST_F(Status, WhoMayNotActIsRefusedAndChangesNothing) {
  AddOnline("alpha");
  for (const server::Role role : {server::Role::kViewer, server::Role::kAuditor}) {
    const server::Actor eve{"eve", "203.0.113.9", role};
    EXPECT_TRUE(absl::IsPermissionDenied(core().CreateEnrollmentToken(eve, {}).status()));
    EXPECT_TRUE(
        absl::IsPermissionDenied(core().CreateAdminToken(eve, {"x", server::Role::kViewer}).status()));
    EXPECT_TRUE(
        absl::IsPermissionDenied(core().PutPolicy(eve, {.document = simulation::PlainPolicy(9)}).status()));
    EXPECT_TRUE(absl::IsPermissionDenied(core().SetRollout(eve, {}).status()));
    EXPECT_TRUE(absl::IsPermissionDenied(core().IssueOverrideCode(eve, {.device = "alpha"}).status()));
    EXPECT_TRUE(absl::IsPermissionDenied(core().IssueOrder(eve, {}).status()));
    EXPECT_TRUE(absl::IsPermissionDenied(core().RevokeDevice(eve, {"alpha", "no"})));
  }
  EXPECT_THAT(Audit(), Not(Contains(Field(&server::AuditEntry::actor, "eve"))));
  EXPECT_FALSE(Seen("alpha").revoked);
}

}  // namespace
}  // namespace holdfast::protocol

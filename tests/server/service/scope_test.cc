// What an admin of some groups sees and changes: devices of these, and nothing of the fleet's.
#include <map>

#include "base/error.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const Actor kBerlin{.name = "bea", .source = "192.0.2.7", .role = Role::kAdmin, .groups = {"berlin"}};
const Actor kTwo{.name = "tom", .source = "192.0.2.8", .role = Role::kAdmin, .groups = {"berlin", "rome"}};

// alpha is in berlin, beta in paris; each has rows, an open incident, a policy, a token, an order and entries
// in the audit log.
class Scope : public ::testing::Test {
 protected:
  Scope() {
    Enroll(alpha, "berlin");
    Enroll(beta, "paris");
    for (const std::string group : {"berlin", "paris"}) {
      EXPECT_TRUE(world.core->PutPolicy(kAdmin, {.document = "policyVersion: 3\n", .group = group}).ok());
    }
    EXPECT_TRUE(world.core->PutPolicy(kAdmin, {.document = kPolicy1}).ok());
    paris_token = Token("paris");
    paris_order = Order("beta", "");
    Order("", "paris");
    EXPECT_TRUE(
        world.core->IssueOrder(kAdmin, {.fleet = true, .length = absl::Hours(1), .reason = "the drill"})
            .ok());
    EXPECT_TRUE(world.core->ImportInventory(kAdmin, {"X1,x,berlin\nX2,y,paris\nX3\n"}).ok());
    world.clock.Advance(absl::Minutes(1));
  }
  void Enroll(TestDevice& device, const std::string& group) {
    EXPECT_TRUE(device.Enroll(world.MakeToken({.group = group})).ok());
    device.Write(IncidentOpened{.name = "stuck_connecting", .severity = "error", .key = "corp"});
    device.WriteVerdict(TimeClass::kProtected);
    EXPECT_TRUE(device.SyncNow().ok());
  }
  EnrollmentToken Token(const std::string& group) {
    return world.core->CreateEnrollmentToken(kAdmin, {.group = group})->token;
  }
  uint64_t Order(const std::string& device, const std::string& group) {
    return world.core
        ->IssueOrder(kAdmin,
                     {.device = device, .group = group, .length = absl::Hours(1), .reason = "the gateway"})
        ->order.number;
  }
  ServerTime Now() const { return {world.clock.now.wall.ns}; }

  World world;
  TestDevice alpha{world, "alpha"}, beta{world, "beta"};
  EnrollmentToken paris_token;
  uint64_t paris_order = 0;
};

// Of each method a request that reaches beyond berlin, or nothing where its answer is narrowed instead.
using Reaching = std::function<absl::Status(ServerCore&, const Actor&, const std::string& token,
                                            uint64_t order, ServerTime now)>;
std::map<AdminMethod, std::vector<Reaching>> BeyondTheGroup() {
  using M = AdminMethod;
  return {
      {M::kListDevices,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.ListDevices(a, {.group = "paris"}).status(); },
        [](auto& c, auto& a, auto&, auto, auto) {
          return c.ListDevices(a, {.group = "paris", .reachability = Reachability::kNeverEnrolled}).status();
        }}},
      {M::kGetDevice, {[](auto& c, auto& a, auto&, auto, auto) { return c.GetDevice(a, "beta").status(); }}},
      {M::kListHistory,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.ListHistory(a, {.device = "beta"}).status(); }}},
      {M::kListIncidents,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.ListIncidents(a, {.device = "beta"}).status(); }}},
      {M::kGetComplianceReport,
       {[](auto& c, auto& a, auto&, auto, auto now) {
          return c.GetComplianceReport(a, {.from = {1}, .to = now, .device = "beta"}).status();
        },
        [](auto& c, auto& a, auto&, auto, auto now) {
          return c.GetComplianceReport(a, {.from = {1}, .to = now, .group = "paris"}).status();
        }}},
      {M::kPutPolicy,
       {[](auto& c, auto& a, auto&, auto, auto) {
          return c.PutPolicy(a, {.document = "policyVersion: 9\n", .group = "berlin"}).status();
        },
        [](auto& c, auto& a, auto&, auto, auto) {
          return c.PutPolicy(a, {.document = "policyVersion: 9\n"}).status();
        }}},
      {M::kGetPolicy,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.GetPolicy(a, {.group = "paris"}).status(); }}},
      {M::kListPolicies,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.ListPolicies(a, {.group = "paris"}).status(); }}},
      {M::kCreateEnrollmentToken,
       {[](auto& c, auto& a, auto&, auto, auto) {
          return c.CreateEnrollmentToken(a, {.group = "paris"}).status();
        },
        [](auto& c, auto& a, auto&, auto, auto) { return c.CreateEnrollmentToken(a, {}).status(); }}},
      {M::kListEnrollmentTokens, {}},
      {M::kRevokeEnrollmentToken,
       {[](auto& c, auto& a, auto& token, auto, auto) { return c.RevokeEnrollmentToken(a, token); }}},
      {M::kRevokeDevice,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.RevokeDevice(a, {"SERIAL-beta", "no"}); }}},
      {M::kListAudit, {}},
      {M::kWatchEvents,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.CheckWatch(a, "beta").status(); }}},
      {M::kCreateAdminToken, {[](auto& c, auto& a, auto&, auto, auto) {
         return c.CreateAdminToken(a, {.name = "eve", .role = Role::kViewer, .groups = {"berlin"}}).status();
       }}},
      {M::kIssueOverrideCode, {[](auto& c, auto& a, auto&, auto, auto) {
         return c.IssueOverrideCode(a, {"beta", absl::Hours(1), "travel"}).status();
       }}},
      {M::kIssueOrder,
       {[](auto& c, auto& a, auto&, auto, auto) {
          return c.IssueOrder(a, {.device = "beta", .length = absl::Hours(1), .reason = "no reason"})
              .status();
        },
        [](auto& c, auto& a, auto&, auto, auto) {
          return c.IssueOrder(a, {.group = "paris", .length = absl::Hours(1), .reason = "no reason"})
              .status();
        },
        [](auto& c, auto& a, auto&, auto, auto) {
          return c.IssueOrder(a, {.fleet = true, .length = absl::Hours(1), .reason = "no reason"}).status();
        },
        [](auto& c, auto& a, auto&, auto order, auto) {
          return c
              .IssueOrder(a, {.kind = Order::Kind::kWithdrawal, .reason = "no reason", .withdraws = order})
              .status();
        }}},
      {M::kListOrders, {}},
      {M::kGetRollout,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.GetRollout(a, "paris").status(); },
        [](auto& c, auto& a, auto&, auto, auto) { return c.GetRollout(a, "").status(); }}},
      {M::kSetRollout, {[](auto& c, auto& a, auto&, auto, auto) {
         return c.SetRollout(a, {.group = "paris", .percent = 1}).status();
       }}},
      {M::kListKeys, {[](auto& c, auto& a, auto&, auto, auto) { return c.ListKeys(a).status(); }}},
      {M::kRotateKey,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.RotateKey(a, KeyKind::kPolicy).status(); }}},
      {M::kActivateKey, {[](auto& c, auto& a, auto&, auto, auto) { return c.ActivateKey(a, {}).status(); }}},
      {M::kRetireKey, {[](auto& c, auto& a, auto&, auto, auto) { return c.RetireKey(a, {}).status(); }}},
      {M::kListAdminTokens,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.ListAdminTokens(a).status(); }}},
      {M::kRevokeAdminToken,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.RevokeAdminToken(a, "0123456789abcdef"); }}},
      {M::kSetDeviceLifecycle, {[](auto& c, auto& a, auto&, auto, auto) {
         return c.SetDeviceLifecycle(a, {"beta", Lifecycle::kRetired, ""}).status();
       }}},
      {M::kImportInventory, {[](auto& c, auto& a, auto&, auto, auto) {
         return c.ImportInventory(a, {"X9,x,berlin\n"}).status();
       }}},
      {M::kPutProfileSet,
       {[](auto& c, auto& a, auto&, auto, auto) {
          return c.PutProfileSet(a, {.group = "paris", .files = {{"x", "y"}}}).status();
        },
        [](auto& c, auto& a, auto&, auto, auto) {
          return c.PutProfileSet(a, {.files = {{"x", "y"}}}).status();
        }}},
      {M::kGetProfileSet,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.GetProfileSet(a, "paris").status(); }}},
      {M::kListProfileSets, {}},
      {M::kDeleteProfileSet,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.DeleteProfileSet(a, "paris"); },
        [](auto& c, auto& a, auto&, auto, auto) { return c.DeleteProfileSet(a, ""); }}},
      {M::kListInventory,
       {[](auto& c, auto& a, auto&, auto, auto) { return c.ListInventory(a, {.group = "paris"}).status(); }}},
  };
}

TEST_F(Scope, NoMethodReachesBeyondTheGroups) {
  const auto beyond = BeyondTheGroup();
  const size_t audited = world.Audit().size();
  for (const AdminMethod method : AdminMethods()) {
    const auto requests = beyond.find(method);
    ASSERT_NE(requests, beyond.end()) << AdminMethodName(method) << " is not decided on here";
    for (const Reaching& request : requests->second) {
      const absl::Status refused = request(*world.core, kBerlin, paris_token.id, paris_order, Now());
      EXPECT_TRUE(absl::IsPermissionDenied(refused)) << AdminMethodName(method) << ": " << refused;
      EXPECT_THAT(std::string(refused.message()),
                  AllOf(HasSubstr("bea may act for these groups only: berlin"),
                        HasSubstr(AdminMethodName(method)), Not(HasSubstr("paris"))));
    }
  }
  EXPECT_THAT(world.Audit(), SizeIs(audited)) << "nothing was changed";
}

TEST_F(Scope, ListsAreNarrowed) {
  ServerCore& core = *world.core;
  const auto devices = core.ListDevices(kBerlin, {});
  ASSERT_THAT(devices->devices, SizeIs(1));
  EXPECT_EQ(devices->devices[0].hostname, "alpha");
  EXPECT_EQ(devices->total, 1);
  EXPECT_EQ(core.ListDevices(kTwo, {})->total, 1);
  const auto history = core.ListHistory(kBerlin, {});
  EXPECT_THAT(history->rows, SizeIs(2));
  for (const HistoryRow& row : history->rows) EXPECT_EQ(row.hostname, "alpha");
  const auto incidents = core.ListIncidents(kBerlin, {});
  ASSERT_THAT(incidents->incidents, SizeIs(1));
  EXPECT_EQ(incidents->incidents[0].hostname, "alpha");
  EXPECT_EQ(core.ListDevices(kBerlin, {.reachability = Reachability::kNeverEnrolled})->total, 1);
  EXPECT_EQ(core.ListInventory(kBerlin, {})->entries.at(0).serial_number, "X1");
  const auto tokens = core.ListEnrollmentTokens(kBerlin);
  ASSERT_THAT(*tokens, SizeIs(1));
  EXPECT_EQ(tokens->front().group, "berlin");
  const auto policies = core.ListPolicies(kBerlin, {});
  ASSERT_THAT(*policies, SizeIs(2)) << "their own, and the one that groups without their own have";
  for (const ListedPolicy& policy : *policies) EXPECT_NE(policy.info.group, "paris");
  const auto orders = core.ListOrders(kBerlin);
  ASSERT_THAT(*orders, SizeIs(1)) << "the fleet's is theirs too";
  EXPECT_EQ((*orders)[0].scope, Order::Scope::kFleet);
  const auto audit = core.ListAudit(kBerlin, {.page_size = 1000});
  for (const AuditEntry& entry : audit->entries) EXPECT_EQ(entry.group, "berlin") << entry.action;
  std::vector<std::string> actions;
  ListAuditRequest page{.page_size = 1};
  do {
    const auto one = core.ListAudit(kBerlin, page);
    ASSERT_THAT(one->entries, SizeIs(1));
    actions.push_back(one->entries[0].action);
    page.page_token = one->next_page_token;
  } while (!page.page_token.empty());
  EXPECT_THAT(actions, ElementsAre("PutPolicy", "Enroll", "CreateEnrollmentToken"));
  EXPECT_THAT(core.ListAudit({.name = "rob", .role = Role::kAuditor, .groups = {"rome"}}, {})->entries,
              IsEmpty());
}

TEST_F(Scope, WithinTheGroupsEverythingGoes) {
  ServerCore& core = *world.core;
  EXPECT_TRUE(core.GetDevice(kBerlin, "alpha").ok());
  EXPECT_TRUE(core.GetPolicy(kBerlin, {.group = "berlin"}).ok());
  EXPECT_TRUE(core.GetPolicy(kBerlin, {}).ok());
  EXPECT_TRUE(core.GetRollout(kBerlin, "berlin").ok());
  EXPECT_TRUE(core.SetRollout(kBerlin, {.group = "berlin", .percent = 50}).ok());
  EXPECT_TRUE(core.IssueOverrideCode(kBerlin, {"alpha", absl::Hours(1), "travel"}).ok());
  const auto order =
      core.IssueOrder(kBerlin, {.group = "berlin", .length = absl::Hours(1), .reason = "the gateway"});
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_TRUE(core.IssueOrder(kTwo, {.kind = Order::Kind::kWithdrawal,
                                     .reason = "it works again",
                                     .withdraws = order->order.number})
                  .ok());
  EXPECT_TRUE(core.SetDeviceLifecycle(kBerlin, {"alpha", Lifecycle::kOnLoan, ""}).ok());
  EXPECT_TRUE(core.RevokeDevice(kBerlin, {"alpha", "lost"}).ok());
  const auto token = core.CreateEnrollmentToken(kBerlin, {.group = "berlin"});
  EXPECT_TRUE(core.RevokeEnrollmentToken(kBerlin, token->token.id).ok());
  EXPECT_THAT(core.ListAudit(kBerlin, {})->entries.at(0).actor, "bea");
}

TEST_F(Scope, AReportSaysWhichGroupItIsOf) {
  const GetComplianceReportRequest request{.from = {1}, .to = Now()};
  const auto one = world.core->GetComplianceReport(kBerlin, request);
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_EQ(one->report.group, "berlin") << "signed: it does not pass for the fleet's";
  EXPECT_EQ(one->report.devices, 1);
  EXPECT_THAT(one->never_enrolled, ElementsAre("X1"));
  EXPECT_TRUE(absl::IsPermissionDenied(world.core->GetComplianceReport(kTwo, request).status()))
      << "two groups are not one, and not the fleet";
}

TEST_F(Scope, ANameThatIsAnotherGroupsTooIsTheirOwn) {
  beta.hardware.hostname = "alpha";
  ASSERT_TRUE(beta.SyncNow().ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(world.core->GetDevice(kAdmin, "alpha").status()));
  EXPECT_EQ(world.core->GetDevice(kBerlin, "alpha")->id, alpha.id);
}

// Else a token for a serial number would take another group's Mac away.
TEST_F(Scope, TheirTokensTakeNoDeviceOutOfAnotherGroup) {
  const auto token = world.core->CreateEnrollmentToken(
      kBerlin, {.group = "berlin", .allowed_serials = {"SERIAL-beta", "SERIAL-alpha"}});
  TestDevice thief(world, "beta");
  EXPECT_EQ(ReasonOf(thief.Enroll(token->secret).status()), ErrorReason::kIdentityConflict);
  EXPECT_TRUE(beta.SyncNow().ok());
  alpha.NewKey();
  EXPECT_TRUE(alpha.Enroll(token->secret).ok()) << "their own may come again";
  ASSERT_TRUE(world.core->RevokeDevice(kAdmin, {"beta", "lost"}).ok());
  world.clock.Advance(absl::Seconds(1));
  const auto later = world.core->CreateEnrollmentToken(kBerlin, {.group = "berlin"});
  EXPECT_EQ(ReasonOf(thief.Enroll(later->secret).status()), ErrorReason::kRevoked);
}

TEST_F(Scope, AreKeptWithTheTokenAndAreNoWayToTheWholeFleet) {
  ServerCore& core = *world.core;
  const auto made =
      core.CreateAdminToken(kAdmin, {.name = "ona", .role = Role::kOperator, .groups = {"berlin", "rome"}});
  ASSERT_TRUE(made.ok()) << made.status();
  world.Restart(sim::Loss::kUnsynced);
  const auto actor = world.core->Authenticate(made->secret, "192.0.2.9");
  ASSERT_TRUE(actor.ok()) << actor.status();
  EXPECT_THAT(actor->groups, ElementsAre("berlin", "rome"));
  EXPECT_THAT(world.core->ListAdminTokens(kAdmin)->front().groups, ElementsAre("berlin", "rome"));
  EXPECT_THAT(world.Audit().front().after, HasSubstr("groups=berlin,rome"));
  EXPECT_FALSE(world.core->CreateAdminToken(kAdmin, {.name = "x", .groups = {""}}).ok());
  EXPECT_FALSE(world.core->CreateAdminToken(kAdmin, {.name = "x", .groups = {"a\nb"}}).ok());
  EXPECT_FALSE(
      world.core->CreateAdminToken(kAdmin, {.name = "x", .groups = std::vector<std::string>(65, "g")}).ok());
  // The last who may do everything is not the admin of a group.
  const auto whole = world.core->CreateAdminToken(kAdmin, {.name = "all", .role = Role::kAdmin});
  ASSERT_TRUE(
      world.core->CreateAdminToken(kAdmin, {.name = "bea", .role = Role::kAdmin, .groups = {"berlin"}}).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(world.core->RevokeAdminToken(kAdmin, whole->token.id)));
}

}  // namespace
}  // namespace holdfast::server

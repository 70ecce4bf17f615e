#include <set>

#include "server/authz/check.h"
#include "tests/server/service/world.h"

namespace holdfast::server {
namespace {

// Each method with what it does for an actor, so that a method that forgets to ask is found.
std::vector<std::pair<AdminMethod, std::function<absl::Status(ServerCore&, const Actor&)>>> Calls() {
  return {
      {AdminMethod::kListDevices, [](auto& c, auto& a) { return c.ListDevices(a, {}).status(); }},
      {AdminMethod::kGetDevice, [](auto& c, auto& a) { return c.GetDevice(a, "x").status(); }},
      {AdminMethod::kListHistory, [](auto& c, auto& a) { return c.ListHistory(a, {}).status(); }},
      {AdminMethod::kListIncidents, [](auto& c, auto& a) { return c.ListIncidents(a, {}).status(); }},
      {AdminMethod::kGetComplianceReport,
       [](auto& c, auto& a) { return c.GetComplianceReport(a, {}).status(); }},
      {AdminMethod::kPutPolicy, [](auto& c, auto& a) { return c.PutPolicy(a, {}).status(); }},
      {AdminMethod::kGetPolicy, [](auto& c, auto& a) { return c.GetPolicy(a, {}).status(); }},
      {AdminMethod::kListPolicies, [](auto& c, auto& a) { return c.ListPolicies(a, {}).status(); }},
      {AdminMethod::kCreateEnrollmentToken,
       [](auto& c, auto& a) { return c.CreateEnrollmentToken(a, {}).status(); }},
      {AdminMethod::kListEnrollmentTokens,
       [](auto& c, auto& a) { return c.ListEnrollmentTokens(a).status(); }},
      {AdminMethod::kRevokeEnrollmentToken, [](auto& c, auto& a) { return c.RevokeEnrollmentToken(a, "x"); }},
      {AdminMethod::kRevokeDevice, [](auto& c, auto& a) { return c.RevokeDevice(a, {"x", ""}); }},
      {AdminMethod::kListAudit, [](auto& c, auto& a) { return c.ListAudit(a, {}).status(); }},
      {AdminMethod::kWatchEvents, [](auto& c, auto& a) { return c.CheckWatch(a, "").status(); }},
      {AdminMethod::kCreateAdminToken,
       [](auto& c, auto& a) { return c.CreateAdminToken(a, {"x", Role::kViewer}).status(); }},
      {AdminMethod::kListAdminTokens, [](auto& c, auto& a) { return c.ListAdminTokens(a).status(); }},
      {AdminMethod::kRevokeAdminToken, [](auto& c, auto& a) { return c.RevokeAdminToken(a, "x"); }},
      {AdminMethod::kGetRollout, [](auto& c, auto& a) { return c.GetRollout(a, "").status(); }},
      {AdminMethod::kSetRollout, [](auto& c, auto& a) { return c.SetRollout(a, {}).status(); }},
      {AdminMethod::kIssueOverrideCode, [](auto& c, auto& a) { return c.IssueOverrideCode(a, {}).status(); }},
      {AdminMethod::kIssueOrder, [](auto& c, auto& a) { return c.IssueOrder(a, {}).status(); }},
      {AdminMethod::kListOrders, [](auto& c, auto& a) { return c.ListOrders(a).status(); }},
      {AdminMethod::kListKeys, [](auto& c, auto& a) { return c.ListKeys(a).status(); }},
      {AdminMethod::kRotateKey, [](auto& c, auto& a) { return c.RotateKey(a, KeyKind::kPolicy).status(); }},
      {AdminMethod::kActivateKey, [](auto& c, auto& a) { return c.ActivateKey(a, {}).status(); }},
      {AdminMethod::kSetDeviceLifecycle,
       [](auto& c, auto& a) { return c.SetDeviceLifecycle(a, {}).status(); }},
      {AdminMethod::kImportInventory, [](auto& c, auto& a) { return c.ImportInventory(a, {}).status(); }},
      {AdminMethod::kListInventory, [](auto& c, auto& a) { return c.ListInventory(a, {}).status(); }},
      {AdminMethod::kPutProfileSet, [](auto& c, auto& a) { return c.PutProfileSet(a, {}).status(); }},
      {AdminMethod::kGetProfileSet, [](auto& c, auto& a) { return c.GetProfileSet(a, "").status(); }},
      {AdminMethod::kListProfileSets, [](auto& c, auto& a) { return c.ListProfileSets(a).status(); }},
      {AdminMethod::kDeleteProfileSet, [](auto& c, auto& a) { return c.DeleteProfileSet(a, ""); }},
      {AdminMethod::kRetireKey, [](auto& c, auto& a) { return c.RetireKey(a, {}).status(); }},
  };
}

bool Allowed(Role role, AdminMethod method) {
  return CheckAllowed({"x", "", role}, method).ok();
}

TEST(Authz, ViewersReadAuditorsSeeTheLogAdminsChange) {
  EXPECT_TRUE(Allowed(Role::kViewer, AdminMethod::kListDevices));
  EXPECT_FALSE(Allowed(Role::kViewer, AdminMethod::kListAudit));
  EXPECT_TRUE(Allowed(Role::kAuditor, AdminMethod::kListAudit));
  EXPECT_FALSE(Allowed(Role::kViewer, AdminMethod::kListAdminTokens));
  EXPECT_TRUE(Allowed(Role::kAuditor, AdminMethod::kListAdminTokens));
  for (const AdminMethod method :
       {AdminMethod::kPutPolicy, AdminMethod::kCreateEnrollmentToken, AdminMethod::kRevokeEnrollmentToken,
        AdminMethod::kRevokeDevice, AdminMethod::kCreateAdminToken, AdminMethod::kRevokeAdminToken,
        AdminMethod::kSetRollout, AdminMethod::kRotateKey, AdminMethod::kActivateKey,
        AdminMethod::kRetireKey}) {
    EXPECT_FALSE(Allowed(Role::kViewer, method)) << AdminMethodName(method);
    EXPECT_FALSE(Allowed(Role::kAuditor, method)) << AdminMethodName(method);
    EXPECT_TRUE(Allowed(Role::kAdmin, method)) << AdminMethodName(method);
  }
}

TEST(Authz, OperatorsActOnDevicesAndNotOnTheServer) {
  for (const AdminMethod method :
       {AdminMethod::kCreateEnrollmentToken, AdminMethod::kRevokeEnrollmentToken, AdminMethod::kRevokeDevice,
        AdminMethod::kIssueOverrideCode, AdminMethod::kIssueOrder, AdminMethod::kSetDeviceLifecycle}) {
    EXPECT_TRUE(Allowed(Role::kOperator, method)) << AdminMethodName(method);
    EXPECT_FALSE(Allowed(Role::kAuditor, method)) << AdminMethodName(method);
  }
  for (const AdminMethod method :
       {AdminMethod::kPutPolicy, AdminMethod::kSetRollout, AdminMethod::kCreateAdminToken,
        AdminMethod::kRevokeAdminToken, AdminMethod::kRotateKey, AdminMethod::kImportInventory,
        AdminMethod::kPutProfileSet, AdminMethod::kDeleteProfileSet}) {
    EXPECT_FALSE(Allowed(Role::kOperator, method)) << AdminMethodName(method);
  }
  EXPECT_TRUE(Allowed(Role::kOperator, AdminMethod::kListAudit));
}

TEST(Authz, EveryMethodOfTheCoreAsks) {
  World world;
  std::set<AdminMethod> asked;
  for (const auto& [method, call] : Calls()) asked.insert(method);
  for (const AdminMethod method : AdminMethods()) EXPECT_TRUE(asked.count(method)) << AdminMethodName(method);
  for (const auto& [method, call] : Calls()) {
    for (const Role role : {Role::kViewer, Role::kAuditor, Role::kOperator, Role::kAdmin}) {
      const bool refused = absl::IsPermissionDenied(call(*world.core, {"x", "", role}));
      EXPECT_EQ(!refused, Allowed(role, method)) << AdminMethodName(method) << " as " << RoleName(role);
    }
  }
}

TEST(Authz, RoleNamesRoundTrip) {
  for (const Role role : {Role::kViewer, Role::kAuditor, Role::kOperator, Role::kAdmin})
    EXPECT_EQ(ParseRole(RoleName(role)), role);
  EXPECT_FALSE(ParseRole("root").has_value());
}

}  // namespace
}  // namespace holdfast::server

#include "server/authz/check.h"

#include <array>

#include "absl/strings/str_cat.h"

namespace holdfast::server {
namespace {

struct Rule {
  AdminMethod method;
  absl::string_view name;
  Role least;
};

constexpr std::array<Rule, 29> kRules = {{
    {AdminMethod::kListDevices, "ListDevices", Role::kViewer},
    {AdminMethod::kGetDevice, "GetDevice", Role::kViewer},
    {AdminMethod::kListHistory, "ListHistory", Role::kViewer},
    {AdminMethod::kListIncidents, "ListIncidents", Role::kViewer},
    {AdminMethod::kGetComplianceReport, "GetComplianceReport", Role::kViewer},
    {AdminMethod::kPutPolicy, "PutPolicy", Role::kAdmin},
    {AdminMethod::kGetPolicy, "GetPolicy", Role::kViewer},
    {AdminMethod::kListPolicies, "ListPolicies", Role::kViewer},
    {AdminMethod::kCreateEnrollmentToken, "CreateEnrollmentToken", Role::kAdmin},
    {AdminMethod::kListEnrollmentTokens, "ListEnrollmentTokens", Role::kAuditor},
    {AdminMethod::kRevokeEnrollmentToken, "RevokeEnrollmentToken", Role::kAdmin},
    {AdminMethod::kRevokeDevice, "RevokeDevice", Role::kAdmin},
    {AdminMethod::kListAudit, "ListAudit", Role::kAuditor},
    {AdminMethod::kWatchEvents, "WatchEvents", Role::kViewer},
    {AdminMethod::kCreateAdminToken, "CreateAdminToken", Role::kAdmin},
    {AdminMethod::kIssueOverrideCode, "IssueOverrideCode", Role::kAdmin},
    {AdminMethod::kIssueOrder, "IssueOrder", Role::kAdmin},
    {AdminMethod::kListOrders, "ListOrders", Role::kViewer},
    {AdminMethod::kGetRollout, "GetRollout", Role::kViewer},
    {AdminMethod::kSetRollout, "SetRollout", Role::kAdmin},
    {AdminMethod::kListKeys, "ListKeys", Role::kViewer},
    {AdminMethod::kRotateKey, "RotateKey", Role::kAdmin},
    {AdminMethod::kActivateKey, "ActivateKey", Role::kAdmin},
    {AdminMethod::kRetireKey, "RetireKey", Role::kAdmin},
    {AdminMethod::kListAdminTokens, "ListAdminTokens", Role::kAuditor},
    {AdminMethod::kRevokeAdminToken, "RevokeAdminToken", Role::kAdmin},
    {AdminMethod::kSetDeviceLifecycle, "SetDeviceLifecycle", Role::kAdmin},
    {AdminMethod::kImportInventory, "ImportInventory", Role::kAdmin},
    {AdminMethod::kListInventory, "ListInventory", Role::kViewer},
}};

const Rule& RuleOf(AdminMethod method) {
  return kRules[static_cast<size_t>(method)];
}

}  // namespace

absl::string_view RoleName(Role role) {
  switch (role) {
    case Role::kViewer:
      return "viewer";
    case Role::kAuditor:
      return "auditor";
    case Role::kAdmin:
      return "admin";
  }
  return "viewer";
}

std::optional<Role> ParseRole(absl::string_view name) {
  for (Role role : {Role::kViewer, Role::kAuditor, Role::kAdmin}) {
    if (RoleName(role) == name) return role;
  }
  return std::nullopt;
}

absl::string_view AdminMethodName(AdminMethod method) {
  return RuleOf(method).name;
}

absl::Status CheckAllowed(const Actor& actor, AdminMethod method) {
  const Rule& rule = RuleOf(method);
  if (actor.role >= rule.least) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat(rule.name, " needs the role ", RoleName(rule.least), "; ",
                                                  actor.name, " is ", RoleName(actor.role),
                                                  ": ask an admin for a token with that role"));
}

}  // namespace holdfast::server

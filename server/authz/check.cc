#include "server/authz/check.h"

#include <array>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace holdfast::server {
namespace {

// What a method is about: decides what it does for who has groups.
enum class About : uint8_t {
  kGroups,  // devices, and what belongs to a group: narrowed to the caller's
  kFleet,   // what is nobody's alone: policies that are put, keys, admins, the inventory
};

struct Rule {
  AdminMethod method;
  absl::string_view name;
  Role least;
  About about;
};

constexpr std::array<Rule, 33> kRules = {{
    {AdminMethod::kListDevices, "ListDevices", Role::kViewer, About::kGroups},
    {AdminMethod::kGetDevice, "GetDevice", Role::kViewer, About::kGroups},
    {AdminMethod::kListHistory, "ListHistory", Role::kViewer, About::kGroups},
    {AdminMethod::kListIncidents, "ListIncidents", Role::kViewer, About::kGroups},
    {AdminMethod::kGetComplianceReport, "GetComplianceReport", Role::kViewer, About::kGroups},
    {AdminMethod::kPutPolicy, "PutPolicy", Role::kAdmin, About::kFleet},
    {AdminMethod::kGetPolicy, "GetPolicy", Role::kViewer, About::kGroups},
    {AdminMethod::kListPolicies, "ListPolicies", Role::kViewer, About::kGroups},
    {AdminMethod::kCreateEnrollmentToken, "CreateEnrollmentToken", Role::kOperator, About::kGroups},
    {AdminMethod::kListEnrollmentTokens, "ListEnrollmentTokens", Role::kAuditor, About::kGroups},
    {AdminMethod::kRevokeEnrollmentToken, "RevokeEnrollmentToken", Role::kOperator, About::kGroups},
    {AdminMethod::kRevokeDevice, "RevokeDevice", Role::kOperator, About::kGroups},
    {AdminMethod::kListAudit, "ListAudit", Role::kAuditor, About::kGroups},
    {AdminMethod::kWatchEvents, "WatchEvents", Role::kViewer, About::kGroups},
    {AdminMethod::kCreateAdminToken, "CreateAdminToken", Role::kAdmin, About::kFleet},
    {AdminMethod::kIssueOverrideCode, "IssueOverrideCode", Role::kOperator, About::kGroups},
    {AdminMethod::kIssueOrder, "IssueOrder", Role::kOperator, About::kGroups},
    {AdminMethod::kListOrders, "ListOrders", Role::kViewer, About::kGroups},
    {AdminMethod::kGetRollout, "GetRollout", Role::kViewer, About::kGroups},
    {AdminMethod::kSetRollout, "SetRollout", Role::kAdmin, About::kGroups},
    {AdminMethod::kListKeys, "ListKeys", Role::kViewer, About::kFleet},
    {AdminMethod::kRotateKey, "RotateKey", Role::kAdmin, About::kFleet},
    {AdminMethod::kActivateKey, "ActivateKey", Role::kAdmin, About::kFleet},
    {AdminMethod::kRetireKey, "RetireKey", Role::kAdmin, About::kFleet},
    {AdminMethod::kListAdminTokens, "ListAdminTokens", Role::kAuditor, About::kFleet},
    {AdminMethod::kRevokeAdminToken, "RevokeAdminToken", Role::kAdmin, About::kFleet},
    {AdminMethod::kSetDeviceLifecycle, "SetDeviceLifecycle", Role::kOperator, About::kGroups},
    {AdminMethod::kImportInventory, "ImportInventory", Role::kAdmin, About::kFleet},
    {AdminMethod::kListInventory, "ListInventory", Role::kViewer, About::kGroups},
    {AdminMethod::kPutProfileSet, "PutProfileSet", Role::kAdmin, About::kGroups},
    {AdminMethod::kGetProfileSet, "GetProfileSet", Role::kViewer, About::kGroups},
    {AdminMethod::kListProfileSets, "ListProfileSets", Role::kViewer, About::kGroups},
    {AdminMethod::kDeleteProfileSet, "DeleteProfileSet", Role::kAdmin, About::kGroups},
}};

constexpr bool InTheOrderOfTheEnum() {
  for (size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<size_t>(kRules[i].method) != i) return false;
  }
  return true;
}
static_assert(InTheOrderOfTheEnum());

const Rule& RuleOf(AdminMethod method) {
  return kRules[static_cast<size_t>(method)];
}

int Rank(Role role) {
  switch (role) {
    case Role::kViewer:
      return 1;
    case Role::kAuditor:
      return 2;
    case Role::kOperator:
      return 3;
    case Role::kAdmin:
      return 4;
  }
  return 0;
}

bool HasGroups(const Actor& actor) {
  return !actor.groups.empty();
}

absl::Status Denied(const Actor& actor, AdminMethod method, absl::string_view about) {
  return absl::PermissionDeniedError(absl::StrCat(
      AdminMethodName(method), ": this is ", about, ", and ", actor.name, " may act for these groups only: ",
      absl::StrJoin(actor.groups, ", "), "; ask an admin of the whole fleet"));
}

}  // namespace

bool AtLeast(Role has, Role needed) {
  return Rank(has) >= Rank(needed);
}

absl::string_view RoleName(Role role) {
  switch (role) {
    case Role::kViewer:
      return "viewer";
    case Role::kAuditor:
      return "auditor";
    case Role::kOperator:
      return "operator";
    case Role::kAdmin:
      return "admin";
  }
  return "viewer";
}

std::optional<Role> ParseRole(absl::string_view name) {
  for (Role role : {Role::kViewer, Role::kAuditor, Role::kOperator, Role::kAdmin}) {
    if (RoleName(role) == name) return role;
  }
  return std::nullopt;
}

absl::string_view AdminMethodName(AdminMethod method) {
  return RuleOf(method).name;
}

std::vector<AdminMethod> AdminMethods() {
  std::vector<AdminMethod> all;
  for (const Rule& rule : kRules) all.push_back(rule.method);
  return all;
}

absl::Status CheckAllowed(const Actor& actor, AdminMethod method) {
  const Rule& rule = RuleOf(method);
  if (!AtLeast(actor.role, rule.least)) {
    return absl::PermissionDeniedError(absl::StrCat(rule.name, " needs the role ", RoleName(rule.least), "; ",
                                                    actor.name, " is ", RoleName(actor.role),
                                                    ": ask an admin for a token with that role"));
  }
  return rule.about == About::kFleet ? CheckFleet(actor, method) : absl::OkStatus();
}

bool MaySee(const Actor& actor, absl::string_view group) {
  return !HasGroups(actor) || absl::c_linear_search(actor.groups, group);
}

absl::Status CheckGroup(const Actor& actor, AdminMethod method, absl::string_view group) {
  return MaySee(actor, group) ? absl::OkStatus() : Denied(actor, method, "another group's");
}

absl::Status CheckFleet(const Actor& actor, AdminMethod method) {
  return HasGroups(actor) ? Denied(actor, method, "the whole fleet's") : absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> GroupsToList(const Actor& actor, AdminMethod method,
                                                      const std::string& asked) {
  if (asked.empty()) return actor.groups;
  if (absl::Status s = CheckGroup(actor, method, asked); !s.ok()) return s;
  return std::vector<std::string>{asked};
}

absl::StatusOr<std::string> GroupToReport(const Actor& actor, AdminMethod method, const std::string& asked) {
  if (asked.empty() && actor.groups.size() == 1) return actor.groups.front();
  absl::Status status = asked.empty() ? CheckFleet(actor, method) : CheckGroup(actor, method, asked);
  if (!status.ok()) return status;
  return asked;
}

}  // namespace holdfast::server

// Who may call which admin method, and about which groups' devices: one table and the functions here, asked
// by ServerCore itself, so that every listener (gRPC, HTTP, a test) is under the same rule. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::server {

// The numbers are the protocol's, not ranks: ask AtLeast.
enum class Role : uint8_t {
  kViewer = 1,    // devices, history, incidents, policies, reports
  kAuditor = 2,   // and the audit log and the lists of tokens
  kOperator = 4,  // and what is done to devices: revocation, orders, codes, lifecycle, enrollment tokens
  kAdmin = 3,     // everything
};
bool AtLeast(Role has, Role needed);
absl::string_view RoleName(Role role);  // "viewer", "auditor", "operator", "admin"
std::optional<Role> ParseRole(absl::string_view name);

// An authenticated caller. Its name and source are what the audit log says.
struct Actor {
  std::string name;
  std::string source;  // peer address
  Role role = Role::kViewer;
  std::string token_id{};             // that it came with; empty: it came without, as the server itself does
  std::vector<std::string> groups{};  // whose devices it sees and changes; empty: the whole fleet
};

enum class AdminMethod : uint8_t {
  kListDevices,
  kGetDevice,
  kListHistory,
  kListIncidents,
  kGetComplianceReport,
  kPutPolicy,
  kGetPolicy,
  kListPolicies,
  kCreateEnrollmentToken,
  kListEnrollmentTokens,
  kRevokeEnrollmentToken,
  kRevokeDevice,
  kListAudit,
  kWatchEvents,
  kCreateAdminToken,
  kIssueOverrideCode,
  kIssueOrder,
  kListOrders,
  kGetRollout,
  kSetRollout,
  kListKeys,
  kRotateKey,
  kActivateKey,
  kRetireKey,
  kListAdminTokens,
  kRevokeAdminToken,
  kSetDeviceLifecycle,
  kImportInventory,
  kListInventory,
  kPutProfileSet,
  kGetProfileSet,
  kListProfileSets,
  kDeleteProfileSet,
};
absl::string_view AdminMethodName(AdminMethod method);  // "PutPolicy"
std::vector<AdminMethod> AdminMethods();                // all there are

// Each of these is OK, or PERMISSION_DENIED that names the method, and the caller's role or groups.
//
// First: whether the caller may call it at all. What is the whole fleet's is not for who has groups.
absl::Status CheckAllowed(const Actor& actor, AdminMethod method);
// Then, of a thing that the request names: whether it is of the caller's groups. `group` empty: of none.
absl::Status CheckGroup(const Actor& actor, AdminMethod method, absl::string_view group);
// Or that the request, which could be about a group, is about the whole fleet.
absl::Status CheckFleet(const Actor& actor, AdminMethod method);
// Of a list: the groups that it is narrowed to, when `asked` is what the request wants (empty: all it may
// see). Empty: no narrowing.
absl::StatusOr<std::vector<std::string>> GroupsToList(const Actor& actor, AdminMethod method,
                                                      const std::string& asked);
// Of an account that is of one group or of the fleet: the caller's only group where none was asked for.
absl::StatusOr<std::string> GroupToReport(const Actor& actor, AdminMethod method, const std::string& asked);
// Whether what is of this group is shown to the caller, in lists that are not the store's.
bool MaySee(const Actor& actor, absl::string_view group);

}  // namespace holdfast::server

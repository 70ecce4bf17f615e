// Who may call which admin method: one table, checked by ServerCore itself, so that every listener (gRPC,
// HTTP, a test) is under the same rule.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace holdfast::server {

enum class Role : uint8_t {
  kViewer = 1,   // devices, history, incidents, policies, reports
  kAuditor = 2,  // and the audit log and the lists of tokens
  kAdmin = 3,    // everything
};
absl::string_view RoleName(Role role);  // "viewer", "auditor", "admin"
std::optional<Role> ParseRole(absl::string_view name);

// An authenticated caller. Its name and source are what the audit log says.
struct Actor {
  std::string name;
  std::string source;  // peer address
  Role role = Role::kViewer;
  std::string token_id{};  // that it came with; empty: it came without, as the server itself does
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
};
absl::string_view AdminMethodName(AdminMethod method);  // "PutPolicy"

// OK, or PERMISSION_DENIED that names the method, the caller's role and the one it needs.
absl::Status CheckAllowed(const Actor& actor, AdminMethod method);

}  // namespace holdfast::server

// The messages of AdminService as plain values, for ServerCore, its translators, holdfast-admin and the HTTP
// side. Field meanings: proto/holdfast/v1/admin_service.proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "base/sha256.h"
#include "base/time.h"
#include "core/compliance/account.h"
#include "core/event/time_class.h"
#include "core/orders/order.h"
#include "server/authz/check.h"
#include "server/service/key_ring.h"
#include "storage/fleet/records.h"

namespace holdfast::server {

enum class Reachability : uint8_t { kOnline = 1, kLate = 2, kOffline = 3, kMissing = 4, kNeverEnrolled = 5 };

using ServiceState = fleet::CurrentVerdict;
using Lifecycle = fleet::Lifecycle;
using InventoryEntry = fleet::InventoryEntry;
using Incident = fleet::Incident;
using EnrollmentToken = fleet::EnrollmentToken;
using AdminToken = fleet::AdminToken;
using PolicyInfo = fleet::PolicyInfo;
using AuditEntry = fleet::AuditEntry;

struct Device {
  Uuid id;
  std::string hostname, serial_number, model, os_version, agent_version, group, platform_uuid;
  Reachability reachability = Reachability::kOffline;
  ServerTime enrolled, last_seen;
  TimeClass posture = TimeClass::kUnknown;
  int open_incidents = 0;
  uint64_t policy_version = 0;
  std::string policy_state;
  bool revoked = false;
  int64_t clock_offset_ns = 0;
  fleet::LifecycleChange lifecycle;
  // In the order of their keys. Empty in ListDevices; GetDevice fills these and what follows.
  std::vector<ServiceState> services;
  Epoch epoch = 0;
  uint64_t stored_through = 0;
  Sha256Digest chain_head{};
};

struct ListDevicesRequest {
  int page_size = 0;  // 0: 100; at most 1000
  std::string page_token;
  std::string query;
  std::string group;
  std::string order_by;  // "name" (default), "last_seen", "posture", "open_incidents", "version", or "-..."
  std::optional<TimeClass> posture;
  std::optional<Reachability> reachability;  // kNeverEnrolled: of the inventory; no other
  std::optional<Lifecycle> lifecycle;
};
struct ListDevicesResponse {
  std::vector<Device> devices;
  std::string next_page_token;
  int total = 0;
};

struct HistoryRow {
  Uuid device;
  std::string hostname;
  std::string group;  // of the device: who may see it, not told
  Epoch epoch = 0;
  uint64_t seq = 0;
  ServerTime at;
  int64_t uncertainty_ns = 0;
  WallTime device_wall;
  ServerTime received;
  std::string kind, subject, text;
  Sha256Digest hash{};
};

struct ListHistoryRequest {
  std::string device;  // as in GetDevice; empty: all
  std::optional<ServerTime> from, to;
  std::vector<std::string> kinds;
  int page_size = 0;  // 0: 100; at most 1000
  std::string page_token;
  bool ascending = false;
};
struct ListHistoryResponse {
  std::vector<HistoryRow> rows;
  std::string next_page_token;
};

struct ListIncidentsRequest {
  std::string device;
  bool open_only = false;
  std::string name;
  std::optional<ServerTime> from, to;  // of their opening
  int page_size = 0;
  std::string page_token;
};
struct ListIncidentsResponse {
  std::vector<Incident> incidents;  // newest first
  std::string next_page_token;
};

using compliance::CauseTotal;
using compliance::ClassTotals;
using compliance::ProtectedShare;

struct ServiceCompliance {
  Uuid device;
  std::string hostname, key, rule, service_name;
  ClassTotals totals{};
  std::vector<CauseTotal> causes;  // by class, then cause
  int64_t uncertainty_ns = 0;
  compliance::Outages outages;
};

struct ReportChainHead {
  Uuid device;
  Epoch epoch = 0;
  uint64_t seq = 0;
  Sha256Digest hash{};
};
struct DayTotals {
  ServerTime begin;
  ClassTotals totals{};  // without not_required
};
struct ComplianceReport {
  ServerTime from, to, made;
  std::string device, group;                // what was asked for; both empty: the whole fleet
  std::vector<ServiceCompliance> services;  // by device id, then key
  ClassTotals totals{};
  std::vector<ReportChainHead> chain_heads;  // by device id, then in the order of the epochs
  int devices = 0;
  std::vector<DayTotals> days;  // UTC days on which anything was required, in order
};
struct GetComplianceReportRequest {
  ServerTime from, to;
  std::string device;
  std::string group;
};
struct GetComplianceReportResponse {
  ComplianceReport report;
  std::string signature;  // Ed25519 over the SHA-256 of CanonicalReportBytes
  std::string key_id;
  // Beside the report, not signed: of the imported serial numbers in its scope, how many there are, and those
  // that never enrolled. Nothing for a report on one device.
  int inventory = 0;
  std::vector<std::string> never_enrolled;
};

struct PutPolicyRequest {
  std::string document;
  std::string group;
  std::string comment;
  bool dry_run = false;
};
struct PutPolicyResponse {
  PolicyInfo policy;
  std::vector<std::string> warnings;
};
struct GetPolicyRequest {
  uint64_t version = 0;  // 0: the one in force for the group
  std::string group;
};
struct GetPolicyResponse {
  PolicyInfo policy;
  std::string document;
};
struct ListPoliciesRequest {
  std::string group;  // empty: all
};
struct ListedPolicy {
  PolicyInfo info;
  fleet::RolloutRecord rollout;
};

// How the newest version of a group's policy goes out to its devices.
struct Rollout {
  PolicyInfo policy;  // of the default group when the group that was asked for has none of its own
  fleet::RolloutRecord state;
  fleet::HandedCounts counts;
  double failure_rate = 0, expected_rate = 0;  // in percent of the devices counted
  bool believed = false;                       // enough devices to halt by it
};
// Exactly one of percent, halt and resume.
struct SetRolloutRequest {
  std::string group;
  std::optional<int> percent;
  bool halt = false;
  bool resume = false;
};

struct CreateEnrollmentTokenRequest {
  std::string group;
  absl::Duration lifetime;  // zero: the server's default
  int quota = 0;            // 0: the server's default
  std::vector<std::string> allowed_serials;
};
struct CreateEnrollmentTokenResponse {
  EnrollmentToken token;
  std::string secret;  // the whole token, shown once
  std::string enrollment_string;
};

struct CreateAdminTokenRequest {
  std::string name;
  Role role = Role::kViewer;
  absl::Duration lifetime{};          // zero: it does not expire
  std::vector<std::string> groups{};  // empty: the whole fleet
};
struct CreateAdminTokenResponse {
  AdminToken token;
  std::string secret;  // the whole token, shown once
};

struct SetDeviceLifecycleRequest {
  std::string device;
  Lifecycle state = Lifecycle::kInUse;
  std::string reason;
};

struct ImportInventoryRequest {
  std::string csv;
  bool dry_run = false;
};
// Serial numbers.
struct ImportInventoryResponse {
  std::vector<std::string> added, removed;
  std::vector<std::string> changed;  // of those kept: another name or group
  int kept = 0;
};
struct ListInventoryRequest {
  std::string group;
  std::string query;
  bool never_enrolled = false;
  int page_size = 0;
  std::string page_token;
};
struct ListInventoryResponse {
  std::vector<InventoryEntry> entries;
  std::string next_page_token;
  int total = 0;
};

using ProfileFinding = fleet::ProfileFinding;
using ProfileSetInfo = fleet::ProfileSetInfo;

// What one set of profiles may be, and all of them: a second of lint for the largest.
constexpr size_t kMostProfileFiles = 500;
constexpr size_t kMostProfileBytes = size_t{1} << 20;     // of a file
constexpr size_t kMostProfileSetBytes = size_t{3} << 20;  // below the largest request
constexpr size_t kMostProfilePayloads = 5000;             // of a set
constexpr size_t kMostProfileSets = 100;
constexpr size_t kMostProfileFilesInAll = 2000;
constexpr size_t kMostProfileFindings = 1000;  // that are kept and told

struct PutProfileSetRequest {
  struct File {
    std::string name, content;
  };
  std::string group;  // empty: of every Mac
  std::vector<File> files;
  std::string target_macos;
  bool dry_run = false, accept_errors = false;
};
struct PutProfileSetResponse {
  ProfileSetInfo set;
  bool stored = false;
  std::vector<ProfileFinding> findings;
  int errors = 0;
};
struct ProfileOfSet {
  fleet::ProfileFile file;
  int installed = 0, missing = 0, unknown = 0;  // on devices of the group that are in service
};
struct ProfileIncidents {
  std::string profile, rule;
  int devices = 0;
  bool in_lint = false;
};
struct GetProfileSetResponse {
  ProfileSetInfo set;
  std::vector<ProfileOfSet> profiles;
  std::vector<ProfileFinding> findings;
  std::vector<ProfileIncidents> incidents;
};

struct RevokeDeviceRequest {
  std::string device;
  std::string reason;
};

struct IssueOverrideCodeRequest {
  std::string device;
  absl::Duration length;
  std::string reason;
};
struct IssueOverrideCodeResponse {
  std::string code, code_id;
  Uuid device;
  std::string hostname;
  ServerTime good_until;
};

struct IssueOrderRequest {
  Order::Kind kind = Order::Kind::kEmergency;
  std::string device, group;
  bool fleet = false;
  absl::Duration length;
  std::string reason;
  bool disconnect = false;
  uint64_t withdraws = 0;
};
struct IssueOrderResponse {
  Order order;
  std::string text;
};

struct KeyInfo {
  RingKey key;
  std::string public_hex;
  int devices = 0, trusted_by = 0, certificates = 0, bundles = 0, code_keys = 0, tokens = 0, orders = 0;
  std::vector<std::string> waiting_for;
};
struct KeyStepRequest {
  std::string id;
  bool force = false;
  std::string reason;
};

struct ListAuditRequest {
  int page_size = 0;
  std::string page_token;
};
struct ListAuditResponse {
  std::vector<AuditEntry> entries;  // newest first
  std::string next_page_token;
};

}  // namespace holdfast::server

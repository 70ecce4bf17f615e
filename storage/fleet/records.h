// What the server keeps, as plain values. Field meanings follow proto/holdfast/v1/admin_service.proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "base/sha256.h"
#include "base/time.h"
#include "core/compliance/days.h"
#include "core/compliance/point.h"
#include "core/event/time_class.h"
#include "storage/journal/row.h"

namespace holdfast::fleet {

// The store's own small number for a device: rows are keyed by it. Never leaves the server.
using DeviceKey = int64_t;

struct Hardware {
  std::string serial_number, platform_uuid, model, os_version, os_build, hostname;
  friend bool operator==(const Hardware&, const Hardware&) = default;
};

// The days whose accounts are kept: first to last; none when last is before first. A day of them without
// accounts had nothing required.
struct KeptDays {
  compliance::Day first = 0, last = -1;
  bool empty() const { return last < first; }
  friend bool operator==(const KeptDays&, const KeptDays&) = default;
};

// What an admin says a device is for. The numbers are those of the protocol.
enum class Lifecycle : uint8_t { kInUse = 1, kOnLoan = 2, kRetired = 3, kWiped = 4, kMigrated = 5 };
// Of the others nothing is required any more, and nobody waits for them.
inline bool InService(Lifecycle state) {
  return state == Lifecycle::kInUse || state == Lifecycle::kOnLoan;
}

struct LifecycleChange {
  Lifecycle state = Lifecycle::kInUse;
  ServerTime at;
  std::string reason;
};

struct DeviceRecord {
  DeviceKey key = 0;
  Uuid id;
  Hardware hardware;
  std::string agent_version;
  std::string group;
  ServerTime enrolled;
  std::optional<ServerTime> revoked;  // when
  ServerTime last_seen;
  // The worst class of its current verdicts; unknown while it is silent.
  TimeClass posture = TimeClass::kUnknown;
  int open_incidents = 0;
  uint64_t policy_version = 0;
  std::string policy_state;  // "applying", "applied", "failed: WHY", empty before the first report
  int64_t clock_offset_ns = 0;
  bool asleep = false;     // said goodbye for sleep or shutdown and was not heard of since
  absl::Duration granted;  // the heartbeat that the last answer asked for; zero: the policy's
  KeptDays kept;
  LifecycleChange lifecycle;  // the newest; `at` 0: there was none, it is in use
};

enum class CertificateState : uint8_t { kCandidate = 1, kValid = 2, kRevoked = 3 };

struct CertificateRecord {
  std::string serial;  // hex
  DeviceKey device = 0;
  CertificateState state = CertificateState::kCandidate;
  std::string spki_der;
  ServerTime issued;
  ServerTime expires;
  std::string authority;  // id of the one that issued it
};

// What a device last said of the keys it goes by, all as ids.
struct KeyEvidence {
  bool said = false;  // what it trusts; agents of before do not
  std::vector<std::string> authorities, policy_keys;
  bool policy_keys_pinned = false;
  std::string bundle_key, code_key;  // behind its policy and its override codes; empty: none
  friend bool operator==(const KeyEvidence&, const KeyEvidence&) = default;
};

// Devices in service and not revoked that are alike as far as keys go: in a fleet there are few kinds.
struct KeyHolders {
  std::string authority;                // of the certificate that each last came with, or is yet to come with
  std::optional<KeyEvidence> evidence;  // nothing: they never sent a message
  int count = 0;
  int missing = 0;  // of them, not heard of since the moment that was asked about
  // Some of all, and some of those that are not missing: hostname, else id. In the order of their keys.
  std::vector<std::pair<DeviceKey, std::string>> first, first_recent;
};

// A Mac that is known by its serial number, from a list that an admin imported.
struct InventoryEntry {
  std::string serial_number;
  std::string name;
  std::string group;
  Uuid device;  // nil: it never enrolled
};

// What is kept of a configuration profile, or a declaration, that the Macs of a group are to have: not the
// file, which may hold secrets.
struct ProfilePayload {
  std::string type, identifier;
  friend bool operator==(const ProfilePayload&, const ProfilePayload&) = default;
};
struct ProfileFile {
  std::string name;
  std::string identifier, display_name;
  std::string declaration;  // its type; empty: it is a profile
  Sha256Digest sha256{};    // of the file
  std::vector<ProfilePayload> payloads;
  std::string outline;  // what it is looked at by, beside another group's: lint::OutlineOf
};

// What lint found in a set, as lint::Finding has it.
struct ProfilePlace {
  std::string file;
  uint32_t line = 0;
  std::string key;
  friend bool operator==(const ProfilePlace&, const ProfilePlace&) = default;
};
struct ProfileFinding {
  std::string rule, severity;  // "error", "warning", "info"
  ProfilePlace place;
  std::string profile, payload_type, subject, what, fix;
  std::vector<ProfilePlace> related;
  std::string allowed_because;
  bool together = false;
  friend bool operator==(const ProfileFinding&, const ProfileFinding&) = default;
};

struct ProfileSetInfo {
  std::string group;    // empty: of every Mac
  Sha256Digest hash{};  // of the names and hashes of its files
  ServerTime put;
  std::string put_by;
  std::string target;  // the oldest macOS that it is for; empty: the newest known
  bool errors_accepted = false;
  int files = 0;
  // Of all findings; `left_out` is how many of them are not kept.
  int errors = 0, warnings = 0, infos = 0, allowed = 0, left_out = 0;
};
struct ProfileSetRecord {
  ProfileSetInfo info;
  std::vector<ProfileFile> files;  // by name
  std::vector<ProfileFinding> findings;
};

struct EnrollmentToken {
  std::string id;
  std::string group;
  ServerTime created;
  ServerTime expires;
  int quota = 0;
  int used = 0;
  bool revoked = false;
  std::vector<std::string> allowed_serials;
  Sha256Digest secret_hash{};
  bool group_bound = false;  // made by an admin of groups: it takes no device out of another group
};

struct AdminToken {
  std::string id;
  std::string name;
  std::string role;
  ServerTime created;
  std::optional<ServerTime> expires;  // nothing: never
  bool revoked = false;
  Sha256Digest secret_hash{};
  std::vector<std::string> groups;  // whose devices its holder sees and changes; empty: the whole fleet
};

// One row as the device hashed it, and what the server adds.
struct StoredRow {
  DeviceKey device = 0;
  int64_t chain = 0;  // ordinal of the row's epoch among the device's
  journal::Row row;
  ServerTime at;  // estimate of when it happened, fixed at ingest
  int64_t uncertainty_ns = 0;
  ServerTime received;
};

// How far one epoch of one device is stored.
struct ChainRecord {
  DeviceKey device = 0;
  Epoch epoch = 0;
  int64_t ordinal = 0;  // 1, 2, ... in the order in which the device's epochs were first seen
  uint64_t seq = 0;     // of the newest stored row
  Sha256Digest hash{};  // of that row
  ServerTime last_at;   // of that row
};

// What an account of time is made from: a small part of the rows, decoded once and kept beside them.
struct TimelinePoint {
  DeviceKey device = 0;
  int64_t chain = 0;  // ordinal; with seq, the order in which the device wrote them
  uint64_t seq = 0;   // of the row it comes from
  compliance::Point point;
};

struct CurrentVerdict {
  std::string key, rule;
  Uuid service;
  std::string service_name;
  TimeClass time_class = TimeClass::kUnknown;
  std::string cause, detail;
  ServerTime since;
  friend bool operator==(const CurrentVerdict&, const CurrentVerdict&) = default;
};

// The epoch is 0 for what the server itself raised.
struct Incident {
  IncidentId id;
  std::string hostname;
  std::string name, severity, key, summary, evidence, suspects;
  ServerTime opened;
  std::optional<ServerTime> closed;
  std::string closed_reason;
};

struct PolicyInfo {
  uint64_t version = 0;
  Sha256Digest id{};
  std::string group;
  ServerTime created;
  std::string created_by;
  std::string comment;
};

struct PolicyRecord {
  PolicyInfo info;
  std::string signed_bytes, signature, key_id;
  std::string document;  // as the admin keeps it
};

// How far a policy version is handed out within its group. A version without one is everybody's.
struct RolloutRecord {
  std::string group;
  uint64_t version = 0;
  int percent = 100;
  double halt_on_failure_rate = 5;   // in percent
  std::optional<ServerTime> halted;  // no further device gets it
  std::string halted_by, halted_why;
  ServerTime counted_from;  // what devices were handed earlier is not counted any more
  // Failures among those counted that there would have been without it.
  int64_t expected_millionths = 0;
};

enum class HandedState : uint8_t {
  kOffered = 1,    // sent, and nothing was heard of it yet
  kApplied = 2,    // the device has it
  kRejected = 3,   // the device would not have it
  kViolation = 4,  // had it and fell into a violation
  kSilent = 5,     // went silent after it was sent
};

// What became of the newest version that a device was handed.
struct HandedPolicy {
  std::string group;
  uint64_t version = 0;
  HandedState state = HandedState::kOffered;
  ServerTime at;         // when it was handed; once the device has it, since when
  bool counted = false;  // whether its fate says anything about the version
};

struct HandedCounts {
  int offered = 0;  // all that were handed it: the sum of the next five
  int pending = 0, applied = 0, rejected = 0, violations = 0, silent = 0;
  int counted = 0;  // of `offered`
  int failed = 0;   // of `counted`: rejected, in violation or silent
  int watched = 0;  // of `counted`: handed recently and not rejected
};

// An order as it was signed; what is in it is core/orders' business.
struct OrderRecord {
  uint64_t number = 0;
  ServerTime expires;
  std::string signed_bytes, signature;
};

struct AuditEntry {
  ServerTime at;
  std::string actor, source, action, target, before, after;
  std::string group;  // that it is about; empty: the fleet, or the devices of no group
};

// A moment at which the clocks of one boot of a device and the server's were compared.
struct Anchor {
  BootId boot;
  MonoTime mono;
  ServerTime server;
  int64_t uncertainty_ns = 0;
};

}  // namespace holdfast::fleet

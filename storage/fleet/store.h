// The server's store, one small interface per subject. Writes happen inside Begin ... Commit; reads see the
// open transaction's own writes. One thread at a time.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/fleet/records.h"

namespace holdfast::fleet {

enum class DeviceOrder : uint8_t { kName, kLastSeen, kPosture, kOpenIncidents, kVersion };

struct DeviceQuery {
  DeviceOrder order = DeviceOrder::kName;
  bool descending = false;
  std::string text;  // substring of hostname, serial number or device id, case-insensitive; empty: all
  std::vector<std::string> groups;  // empty: all
  std::optional<TimeClass> posture;
  std::optional<Lifecycle> lifecycle;
  int limit = 100;
  std::string after;  // DevicePage::next of the page before
};
struct DevicePage {
  std::vector<DeviceRecord> devices;
  std::string next;  // empty: no more
};

// What changes with every contact, kept apart from the device so that writing it is cheap.
struct Contact {
  DeviceKey device = 0;
  ServerTime last_seen;
  int64_t clock_offset_ns = 0;
  bool asleep = false;
  absl::Duration granted;
};

class DeviceStore {
 public:
  virtual ~DeviceStore() = default;
  // Gives it its key; record.key is ignored.
  virtual absl::StatusOr<DeviceKey> AddDevice(const DeviceRecord& record) = 0;
  // Everything but what is a Contact's, and its lifecycle.
  virtual absl::Status UpdateDevice(const DeviceRecord& record) = 0;
  // Two of its fields alone: they change often.
  virtual absl::Status SetPosture(DeviceKey device, TimeClass posture) = 0;
  virtual absl::Status SetOpenIncidents(DeviceKey device, int count) = 0;
  virtual absl::Status AddLifecycle(DeviceKey device, const LifecycleChange& change) = 0;
  virtual absl::StatusOr<std::vector<LifecycleChange>> LifecycleOf(DeviceKey device) = 0;  // oldest first
  virtual absl::Status SaveContacts(absl::Span<const Contact> contacts) = 0;
  virtual absl::StatusOr<std::optional<DeviceRecord>> FindDevice(const Uuid& id) = 0;
  virtual absl::StatusOr<std::optional<DeviceRecord>> DeviceByKey(DeviceKey key) = 0;
  // Both must match. Oldest first.
  virtual absl::StatusOr<std::vector<DeviceRecord>> FindByHardware(const std::string& serial_number,
                                                                   const std::string& platform_uuid) = 0;
  // By device id, serial number or hostname, case-insensitive; at most `limit`.
  virtual absl::StatusOr<std::vector<DeviceRecord>> FindByName(const std::string& name, int limit) = 0;
  // A malformed `after`, or one of another query, is INVALID_ARGUMENT.
  virtual absl::StatusOr<DevicePage> ListDevices(const DeviceQuery& query) = 0;
  virtual absl::StatusOr<int> CountDevices(const DeviceQuery& query) = 0;
  // In the order of their keys; [from, to).
  virtual absl::StatusOr<std::vector<DeviceRecord>> LastSeenBetween(ServerTime from, ServerTime to) = 0;
  // In the order of their keys. `group` empty: all.
  virtual absl::Status EachDevice(const std::string& group,
                                  const std::function<void(const DeviceRecord&)>& visit) = 0;
};

class CredentialStore {
 public:
  virtual ~CredentialStore() = default;
  virtual absl::Status AddCertificate(const CertificateRecord& record) = 0;
  virtual absl::Status SetCertificateState(const std::string& serial, CertificateState state) = 0;
  virtual absl::StatusOr<std::optional<CertificateRecord>> FindCertificate(const std::string& serial) = 0;
  // Newest first.
  virtual absl::StatusOr<std::vector<CertificateRecord>> CertificatesOf(DeviceKey device) = 0;

  virtual absl::Status PutEnrollmentToken(const EnrollmentToken& token) = 0;  // adds or replaces
  virtual absl::StatusOr<std::optional<EnrollmentToken>> FindEnrollmentToken(const std::string& id) = 0;
  virtual absl::StatusOr<std::vector<EnrollmentToken>> ListEnrollmentTokens() = 0;  // newest first

  virtual absl::Status AddAdminToken(const AdminToken& token) = 0;
  virtual absl::StatusOr<std::optional<AdminToken>> FindAdminToken(const std::string& id) = 0;
  virtual absl::StatusOr<std::vector<AdminToken>> ListAdminTokens() = 0;  // newest first
  // Nothing happens when there is none.
  virtual absl::Status SetAdminTokenRevoked(const std::string& id) = 0;
};

struct RowQuery {
  std::optional<DeviceKey> device;
  std::vector<std::string> groups;     // of devices; empty: all
  std::optional<ServerTime> from, to;  // of `at`: [from, to)
  std::vector<uint16_t> kinds;         // empty: all
  bool ascending = false;
  int limit = 100;  // fewer when their subjects and payloads take some megabytes
  std::string after;
};
struct RowPage {
  std::vector<StoredRow> rows;
  std::string next;
};

class RowStore {
 public:
  virtual ~RowStore() = default;
  // Sets the ordinal.
  virtual absl::Status AddChain(ChainRecord& chain) = 0;
  virtual absl::Status UpdateChain(const ChainRecord& chain) = 0;
  // Oldest first.
  virtual absl::StatusOr<std::vector<ChainRecord>> ChainsOf(DeviceKey device) = 0;
  // Of all devices, by device, oldest first.
  virtual absl::Status EachChain(const std::function<void(const ChainRecord&)>& visit) = 0;
  // A row whose (device, epoch, seq) is stored already is ALREADY_EXISTS.
  virtual absl::Status AddRows(absl::Span<const StoredRow> rows) = 0;
  virtual absl::StatusOr<std::optional<StoredRow>> FindRow(DeviceKey device, int64_t chain, uint64_t seq) = 0;
  // Rows in the order of device, chain and number, behind `after` or from the first: at most `limit`, and
  // none after those that reach max_bytes. Nothing when there are no more. A row that
  // cannot be read ends them; it is the error of the call that begins there.
  virtual absl::StatusOr<std::vector<StoredRow>> RowsBehind(const std::optional<StoredRow>& after, int limit,
                                                            size_t max_bytes) = 0;
  // Of one device in the order it wrote them; of all in the order in which they were stored.
  virtual absl::StatusOr<RowPage> ListRows(const RowQuery& query) = 0;

  virtual absl::Status PutAnchor(DeviceKey device, const Anchor& anchor) = 0;  // one per boot: the newest
  virtual absl::StatusOr<std::optional<Anchor>> FindAnchor(DeviceKey device, const BootId& boot) = 0;

  virtual absl::Status PutSection(DeviceKey device, const std::string& name, const Sha256Digest& hash,
                                  absl::string_view body) = 0;
  virtual absl::StatusOr<int> CountSections(DeviceKey device) = 0;
};

class ComplianceStore {
 public:
  virtual ~ComplianceStore() = default;
  virtual absl::Status AddPoint(const TimelinePoint& point) = 0;
  // What decides the device's time in [from, to): the points inside and those before that still hold at
  // `from`, in the order in which the device wrote them.
  virtual absl::StatusOr<std::vector<compliance::Point>> PointsFor(DeviceKey device, ServerTime from,
                                                                   ServerTime to) = 0;
  // When the device's first point happened, or its span began; nothing without any.
  virtual absl::StatusOr<std::optional<ServerTime>> FirstPoint(DeviceKey device) = 0;
  virtual absl::Status PutVerdict(DeviceKey device, const CurrentVerdict& verdict) = 0;
  virtual absl::StatusOr<std::vector<CurrentVerdict>> VerdictsOf(DeviceKey device) = 0;  // by key
  // Of all devices, by device and key.
  virtual absl::Status EachVerdict(const std::function<void(DeviceKey, const CurrentVerdict&)>& visit) = 0;
};

// Accounts of days that are over, by months (compliance::EncodeDays); which of them hold is in the device's
// record.
class DayStore {
 public:
  virtual ~DayStore() = default;
  virtual absl::Status SetKeptDays(DeviceKey device, const KeptDays& kept) = 0;
  virtual absl::Status PutMonth(DeviceKey device, int64_t month,
                                absl::string_view days) = 0;  // adds or replaces
  // Months [from, to], in order. The bytes are valid during the call.
  virtual absl::Status EachMonthOf(DeviceKey device, int64_t from, int64_t to,
                                   const std::function<void(int64_t, absl::string_view)>& visit) = 0;
  // The same of all devices, in the order of their keys.
  virtual absl::Status EachMonth(int64_t from, int64_t to,
                                 const std::function<void(DeviceKey, absl::string_view)>& visit) = 0;
  // Devices of which a day up to `through` is complete and not kept: it is over, they were heard of after it,
  // and they were not revoked before its end. Those that are furthest behind come first.
  virtual absl::StatusOr<std::vector<DeviceKey>> DevicesWithDaysToKeep(compliance::Day through,
                                                                       int limit) = 0;
};

struct IncidentQuery {
  std::optional<DeviceKey> device;
  std::vector<std::string> groups;  // of devices; empty: all
  bool open_only = false;
  std::string name;
  std::optional<ServerTime> from, to;
  int limit = 100;
  std::string after;
};
struct IncidentPage {
  std::vector<Incident> incidents;
  std::string next;
};

class IncidentStore {
 public:
  virtual ~IncidentStore() = default;
  // With id.seq 0 (the server's own) it gets the next number. Once stored, the same id again changes nothing.
  virtual absl::Status OpenIncident(DeviceKey device, const Incident& incident) = 0;
  // Nothing happens when it is not open.
  virtual absl::Status CloseIncident(DeviceKey device, Epoch epoch, uint64_t seq, ServerTime at,
                                     const std::string& reason) = 0;
  virtual absl::StatusOr<std::vector<Incident>> OpenIncidentsOf(DeviceKey device) = 0;  // oldest first
  // The same, of one name, and of one key if it is given: a device may have any number of open ones, and the
  // cost must not grow with them.
  virtual absl::StatusOr<std::vector<Incident>> OpenIncidentsNamed(DeviceKey device, const std::string& name,
                                                                   const std::optional<std::string>& key) = 0;
  virtual absl::StatusOr<int> CountOpenIncidents(DeviceKey device) = 0;
  // Of one name: each key, with how many devices of these groups (empty: all) have it open. The cost grows
  // with the open ones.
  virtual absl::Status EachOpenKey(const std::string& name, const std::vector<std::string>& groups,
                                   const std::function<void(const std::string& key, int devices)>& visit) = 0;
  virtual absl::StatusOr<IncidentPage> ListIncidents(const IncidentQuery& query) = 0;  // newest first
};

struct InventoryQuery {
  std::vector<std::string> groups;  // empty: all
  std::string text;                 // substring of serial number or name, case-insensitive; empty: all
  bool never_enrolled = false;
  int limit = 100;
  std::string after;
};
struct InventoryPage {
  std::vector<InventoryEntry> entries;
  std::string next;
};

// Serial numbers, each once, in upper and lower case alike.
class InventoryStore {
 public:
  virtual ~InventoryStore() = default;
  virtual absl::Status PutInventory(const InventoryEntry& entry) = 0;  // adds or replaces
  virtual absl::Status RemoveInventory(const std::string& serial_number) = 0;
  // By serial number, as the next two.
  virtual absl::Status EachInventory(const InventoryQuery& query,
                                     const std::function<void(const InventoryEntry&)>& visit) = 0;
  virtual absl::StatusOr<InventoryPage> ListInventory(const InventoryQuery& query) = 0;
  virtual absl::StatusOr<int> CountInventory(const InventoryQuery& query) = 0;
};

// Of devices in service that are not revoked.
struct InstalledProfiles {
  int devices = 0;
  int telling = 0;                    // of them, which profiles they have
  std::map<std::string, int> having;  // of these, by identifier
};

class ProfileSetStore {
 public:
  virtual ~ProfileSetStore() = default;
  virtual absl::Status PutProfileSet(const ProfileSetRecord& set) = 0;  // adds or replaces
  virtual absl::Status RemoveProfileSet(const std::string& group) = 0;
  virtual absl::StatusOr<std::optional<ProfileSetRecord>> FindProfileSet(const std::string& group) = 0;
  virtual absl::StatusOr<std::vector<ProfileSetInfo>> ListProfileSets() = 0;  // by group
  // Of the set's profiles, and the devices of these groups (empty: all). The cost grows with the devices.
  virtual absl::StatusOr<InstalledProfiles> CountInstalled(const std::string& set,
                                                           const std::vector<std::string>& groups) = 0;
};

class KeyStore {
 public:
  virtual ~KeyStore() = default;
  virtual absl::Status PutKeyEvidence(DeviceKey device, const KeyEvidence& evidence) = 0;  // adds or replaces
  virtual absl::StatusOr<std::optional<KeyEvidence>> FindKeyEvidence(DeviceKey device) = 0;
  // Each kind of devices with up to `names` of their names; last contacts as they were last saved. The cost
  // grows with the kinds and the missing; of the others an index is counted.
  virtual absl::Status EachKeyHolders(ServerTime missing_through, int names,
                                      const std::function<void(const KeyHolders&)>& visit) = 0;
  // Certificates of before there were ids get this one.
  virtual absl::Status NameAuthority(const std::string& id) = 0;
  // The same bytes by another key. No more than `limit`, of any version; empty when all are by this key.
  virtual absl::StatusOr<std::vector<PolicyRecord>> PoliciesNotBy(const std::string& key_id, int limit) = 0;
  virtual absl::Status SetPolicySignature(const PolicyRecord& policy) = 0;
  virtual absl::Status SetOrderSignature(uint64_t number, absl::string_view signature) = 0;
};

class RolloutStore {
 public:
  virtual ~RolloutStore() = default;
  virtual absl::Status PutRollout(const RolloutRecord& rollout) = 0;  // adds or replaces
  virtual absl::StatusOr<std::optional<RolloutRecord>> FindRollout(const std::string& group,
                                                                   uint64_t version) = 0;
  // One per device: replaces what it was handed before.
  virtual absl::Status PutHanded(DeviceKey device, const HandedPolicy& handed) = 0;
  virtual absl::StatusOr<std::optional<HandedPolicy>> FindHanded(DeviceKey device) = 0;
  // `watched` counts those handed after `watched_from`. The cost grows with the devices that have the
  // version.
  virtual absl::StatusOr<HandedCounts> CountHanded(const RolloutRecord& rollout, ServerTime watched_from) = 0;
};

struct AuditPage {
  std::vector<AuditEntry> entries;
  std::string next;
};

class AdminStore {
 public:
  virtual ~AdminStore() = default;
  // A (group, version) that exists is ALREADY_EXISTS.
  virtual absl::Status AddPolicy(const PolicyRecord& policy) = 0;
  // Version 0: the highest of the group.
  virtual absl::StatusOr<std::optional<PolicyRecord>> FindPolicy(const std::string& group,
                                                                 uint64_t version) = 0;
  // Newest first; group empty and `all`: of every group.
  virtual absl::StatusOr<std::vector<PolicyInfo>> ListPolicies(const std::string& group, bool all) = 0;

  virtual absl::Status AddOrder(const OrderRecord& order) = 0;
  // Those that end after `now`, newest first.
  virtual absl::StatusOr<std::vector<OrderRecord>> OrdersAfter(ServerTime now) = 0;
  // The number of the newest order ever; 0 when there was none.
  virtual absl::StatusOr<uint64_t> LastOrder() = 0;

  virtual absl::Status AddAudit(const AuditEntry& entry) = 0;
  // Newest first; of these groups, or all of it when there are none.
  virtual absl::StatusOr<AuditPage> ListAudit(int limit, const std::string& after,
                                              const std::vector<std::string>& groups) = 0;
};

class FleetStore : public DeviceStore,
                   public CredentialStore,
                   public RowStore,
                   public ComplianceStore,
                   public DayStore,
                   public IncidentStore,
                   public InventoryStore,
                   public ProfileSetStore,
                   public KeyStore,
                   public RolloutStore,
                   public AdminStore {
 public:
  ~FleetStore() override = default;
  // One transaction at a time.
  virtual absl::Status Begin() = 0;
  // Durable when it returns OK; after an error nothing of the transaction was applied.
  virtual absl::Status Commit() = 0;
  virtual void Rollback() = 0;
};

// Begin ... Commit as an object; rolls back when it goes out of scope uncommitted.
class Transaction {
 public:
  static absl::StatusOr<Transaction> Begin(FleetStore& store);
  Transaction(Transaction&& other) noexcept : store_(other.store_) { other.store_ = nullptr; }
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction() {
    if (store_ != nullptr) store_->Rollback();
  }
  absl::Status Commit();

 private:
  explicit Transaction(FleetStore* store) : store_(store) {}
  FleetStore* store_;  // nullptr: over
};

}  // namespace holdfast::fleet

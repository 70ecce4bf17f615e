// FleetStore on one SQLite database. With path ":memory:" it lives and dies with the process.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/fleet/store.h"
#include "storage/sqlite/database.h"

namespace holdfast::fleet {

class SqliteFleetStore final : public FleetStore {
 public:
  static absl::StatusOr<std::unique_ptr<SqliteFleetStore>> Open(const sqlite::DatabaseOptions& options);
  // A second connection to the file of one that is open, for reading: another thread's. Its transactions see
  // one state and write nothing; every writing call fails.
  static absl::StatusOr<std::unique_ptr<SqliteFleetStore>> OpenReader(const std::string& path);
  ~SqliteFleetStore() override;

  absl::Status Begin() override;
  absl::Status Commit() override;
  void Rollback() override;

  absl::StatusOr<DeviceKey> AddDevice(const DeviceRecord& record) override;
  absl::Status UpdateDevice(const DeviceRecord& record) override;
  absl::Status SetPosture(DeviceKey device, TimeClass posture) override;
  absl::Status SetOpenIncidents(DeviceKey device, int count) override;
  absl::Status AddLifecycle(DeviceKey device, const LifecycleChange& change) override;
  absl::StatusOr<std::vector<LifecycleChange>> LifecycleOf(DeviceKey device) override;
  absl::Status SaveContacts(absl::Span<const Contact> contacts) override;
  absl::StatusOr<std::optional<DeviceRecord>> FindDevice(const Uuid& id) override;
  absl::StatusOr<std::optional<DeviceRecord>> DeviceByKey(DeviceKey key) override;
  absl::StatusOr<std::vector<DeviceRecord>> FindByHardware(const std::string& serial_number,
                                                           const std::string& platform_uuid) override;
  absl::StatusOr<std::vector<DeviceRecord>> FindByName(const std::string& name, int limit) override;
  absl::StatusOr<DevicePage> ListDevices(const DeviceQuery& query) override;
  absl::StatusOr<int> CountDevices(const DeviceQuery& query) override;
  absl::StatusOr<std::vector<DeviceRecord>> LastSeenBetween(ServerTime from, ServerTime to) override;
  absl::Status EachDevice(const std::string& group,
                          const std::function<void(const DeviceRecord&)>& visit) override;

  absl::Status AddCertificate(const CertificateRecord& record) override;
  absl::Status SetCertificateState(const std::string& serial, CertificateState state) override;
  absl::StatusOr<std::optional<CertificateRecord>> FindCertificate(const std::string& serial) override;
  absl::StatusOr<std::vector<CertificateRecord>> CertificatesOf(DeviceKey device) override;
  absl::Status PutEnrollmentToken(const EnrollmentToken& token) override;
  absl::StatusOr<std::optional<EnrollmentToken>> FindEnrollmentToken(const std::string& id) override;
  absl::StatusOr<std::vector<EnrollmentToken>> ListEnrollmentTokens() override;
  absl::Status AddAdminToken(const AdminToken& token) override;
  absl::StatusOr<std::optional<AdminToken>> FindAdminToken(const std::string& id) override;
  absl::StatusOr<std::vector<AdminToken>> ListAdminTokens() override;
  absl::Status SetAdminTokenRevoked(const std::string& id) override;

  absl::Status AddChain(ChainRecord& chain) override;
  absl::Status UpdateChain(const ChainRecord& chain) override;
  absl::StatusOr<std::vector<ChainRecord>> ChainsOf(DeviceKey device) override;
  absl::Status EachChain(const std::function<void(const ChainRecord&)>& visit) override;
  absl::Status AddRows(absl::Span<const StoredRow> rows) override;
  absl::StatusOr<std::optional<StoredRow>> FindRow(DeviceKey device, int64_t chain, uint64_t seq) override;
  absl::StatusOr<std::vector<StoredRow>> RowsBehind(const std::optional<StoredRow>& after, int limit,
                                                    size_t max_bytes) override;
  absl::StatusOr<RowPage> ListRows(const RowQuery& query) override;
  absl::Status PutAnchor(DeviceKey device, const Anchor& anchor) override;
  absl::StatusOr<std::optional<Anchor>> FindAnchor(DeviceKey device, const BootId& boot) override;
  absl::Status PutSection(DeviceKey device, const std::string& name, const Sha256Digest& hash,
                          absl::string_view body) override;
  absl::StatusOr<int> CountSections(DeviceKey device) override;

  absl::Status AddPoint(const TimelinePoint& point) override;
  absl::StatusOr<std::vector<compliance::Point>> PointsFor(DeviceKey device, ServerTime from,
                                                           ServerTime to) override;
  absl::StatusOr<std::optional<ServerTime>> FirstPoint(DeviceKey device) override;
  absl::Status EachVerdict(const std::function<void(DeviceKey, const CurrentVerdict&)>& visit) override;
  absl::Status SetKeptDays(DeviceKey device, const KeptDays& kept) override;
  absl::Status PutMonth(DeviceKey device, int64_t month, absl::string_view days) override;
  absl::Status EachMonthOf(DeviceKey device, int64_t from, int64_t to,
                           const std::function<void(int64_t, absl::string_view)>& visit) override;
  absl::Status EachMonth(int64_t from, int64_t to,
                         const std::function<void(DeviceKey, absl::string_view)>& visit) override;
  absl::StatusOr<std::vector<DeviceKey>> DevicesWithDaysToKeep(compliance::Day through, int limit) override;
  absl::Status PutVerdict(DeviceKey device, const CurrentVerdict& verdict) override;
  absl::StatusOr<std::vector<CurrentVerdict>> VerdictsOf(DeviceKey device) override;

  absl::Status OpenIncident(DeviceKey device, const Incident& incident) override;
  absl::Status CloseIncident(DeviceKey device, Epoch epoch, uint64_t seq, ServerTime at,
                             const std::string& reason) override;
  absl::StatusOr<std::vector<Incident>> OpenIncidentsOf(DeviceKey device) override;
  absl::StatusOr<std::vector<Incident>> OpenIncidentsNamed(DeviceKey device, const std::string& name,
                                                           const std::optional<std::string>& key) override;
  absl::StatusOr<int> CountOpenIncidents(DeviceKey device) override;
  absl::Status EachOpenKey(const std::string& name, const std::vector<std::string>& groups,
                           const std::function<void(const std::string& key, int devices)>& visit) override;
  absl::StatusOr<IncidentPage> ListIncidents(const IncidentQuery& query) override;

  absl::Status PutInventory(const InventoryEntry& entry) override;
  absl::Status RemoveInventory(const std::string& serial_number) override;
  absl::Status EachInventory(const InventoryQuery& query,
                             const std::function<void(const InventoryEntry&)>& visit) override;
  absl::StatusOr<InventoryPage> ListInventory(const InventoryQuery& query) override;
  absl::StatusOr<int> CountInventory(const InventoryQuery& query) override;

  absl::Status PutProfileSet(const ProfileSetRecord& set) override;
  absl::Status RemoveProfileSet(const std::string& group) override;
  absl::StatusOr<std::optional<ProfileSetRecord>> FindProfileSet(const std::string& group) override;
  absl::StatusOr<std::vector<ProfileSetInfo>> ListProfileSets() override;
  absl::StatusOr<InstalledProfiles> CountInstalled(const std::string& set,
                                                   const std::vector<std::string>& groups) override;

  absl::Status AddPolicy(const PolicyRecord& policy) override;
  absl::StatusOr<std::optional<PolicyRecord>> FindPolicy(const std::string& group, uint64_t version) override;
  absl::StatusOr<std::vector<PolicyInfo>> ListPolicies(const std::string& group, bool all) override;
  absl::Status PutKeyEvidence(DeviceKey device, const KeyEvidence& evidence) override;
  absl::StatusOr<std::optional<KeyEvidence>> FindKeyEvidence(DeviceKey device) override;
  absl::Status EachKeyHolders(ServerTime missing_through, int names,
                              const std::function<void(const KeyHolders&)>& visit) override;
  absl::Status NameAuthority(const std::string& id) override;
  absl::StatusOr<std::vector<PolicyRecord>> PoliciesNotBy(const std::string& key_id, int limit) override;
  absl::Status SetPolicySignature(const PolicyRecord& policy) override;
  absl::Status SetOrderSignature(uint64_t number, absl::string_view signature) override;

  absl::Status PutRollout(const RolloutRecord& rollout) override;
  absl::StatusOr<std::optional<RolloutRecord>> FindRollout(const std::string& group,
                                                           uint64_t version) override;
  absl::Status PutHanded(DeviceKey device, const HandedPolicy& handed) override;
  absl::StatusOr<std::optional<HandedPolicy>> FindHanded(DeviceKey device) override;
  absl::StatusOr<HandedCounts> CountHanded(const RolloutRecord& rollout, ServerTime watched_from) override;
  absl::Status AddOrder(const OrderRecord& order) override;
  absl::StatusOr<std::vector<OrderRecord>> OrdersAfter(ServerTime now) override;
  absl::StatusOr<uint64_t> LastOrder() override;
  absl::Status AddAudit(const AuditEntry& entry) override;
  absl::StatusOr<AuditPage> ListAudit(int limit, const std::string& after,
                                      const std::vector<std::string>& groups) override;

 private:
  SqliteFleetStore(std::unique_ptr<sqlite::Database> db, const char* begin)
      : db_(std::move(db)), begin_(begin) {}

  // What the count of key holders says of the device follows its certificates, revocation and lifecycle.
  absl::Status FollowKeyHolder(DeviceKey device);
  absl::Status MakeKeyHolder(DeviceKey device);
  absl::Status NameHolders(KeyHolders& holders, ServerTime missing_through, int names);

  std::unique_ptr<sqlite::Database> db_;
  const char* begin_;  // the statement
};

}  // namespace holdfast::fleet

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {
namespace {

std::vector<std::string> IdsAt(const sqlite::Statement& s, int column) {
  return absl::StrSplit(s.Text(column), ' ', absl::SkipEmpty());
}

// Six columns from `first` on.
KeyEvidence EvidenceFrom(const sqlite::Statement& s, int first) {
  return {.said = s.Int(first) != 0,
          .authorities = IdsAt(s, first + 1),
          .policy_keys = IdsAt(s, first + 2),
          .policy_keys_pinned = s.Int(first + 3) != 0,
          .bundle_key = TextAt(s, first + 4),
          .code_key = TextAt(s, first + 5)};
}

constexpr absl::string_view kEvidence = "said, authorities, policy_keys, pinned, bundle_key, code_key";

}  // namespace

absl::Status SqliteFleetStore::PutKeyEvidence(DeviceKey device, const KeyEvidence& e) {
  HOLDFAST_ASSIGN_OR_RETURN(auto put, db_->Prepare(absl::StrCat("INSERT OR REPLACE INTO device_keys(device, ",
                                                                kEvidence, ") VALUES(?,?,?,?,?,?,?)")));
  return put
      .BindAll(device, e.said, absl::StrJoin(e.authorities, " "), absl::StrJoin(e.policy_keys, " "),
               e.policy_keys_pinned, e.bundle_key, e.code_key)
      .Run();
}

absl::StatusOr<std::optional<KeyEvidence>> SqliteFleetStore::FindKeyEvidence(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find, db_->Prepare(absl::StrCat("SELECT ", kEvidence, " FROM device_keys WHERE device=?")));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.BindAll(device).Step());
  if (!found) return std::nullopt;
  return EvidenceFrom(find, 0);
}

absl::Status SqliteFleetStore::EachKeyHolder(const std::function<void(const KeyHolder&)>& visit) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto list,
      db_->Prepare(absl::StrCat(
          "SELECT d.id, d.hostname, c.last_seen, (SELECT authority FROM certificates WHERE device=d.key AND "
          "state IN (?1, ?2) ORDER BY state=?1 DESC, issued DESC, serial LIMIT 1), k.device IS NOT NULL, ",
          kEvidence,
          " FROM devices d JOIN contacts c ON c.device=d.key LEFT JOIN device_keys k ON k.device=d.key "
          "WHERE d.revoked IS NULL AND d.lifecycle IN (?3, ?4) ORDER BY d.key")));
  list.BindAll(static_cast<int>(CertificateState::kValid), static_cast<int>(CertificateState::kCandidate),
               static_cast<int>(Lifecycle::kInUse), static_cast<int>(Lifecycle::kOnLoan));
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return absl::OkStatus();
    KeyHolder holder{.name = TextAt(list, 1),
                     .last_seen = TimeAt(list, 2),
                     .authority = TextAt(list, 3),
                     .evidence = std::nullopt};
    if (holder.name.empty()) holder.name = UuidAt(list, 0).ToString();
    if (list.Int(4) != 0) holder.evidence = EvidenceFrom(list, 5);
    visit(holder);
  }
}

absl::Status SqliteFleetStore::NameAuthority(const std::string& id) {
  HOLDFAST_ASSIGN_OR_RETURN(auto set, db_->Prepare("UPDATE certificates SET authority=? WHERE authority=''"));
  return set.BindAll(id).Run();
}

absl::StatusOr<std::vector<PolicyRecord>> SqliteFleetStore::PoliciesNotBy(const std::string& key_id,
                                                                          int limit) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto list, db_->Prepare("SELECT device_group, version FROM policies WHERE key_id<>? LIMIT ?"));
  list.BindAll(key_id, limit);
  std::vector<std::pair<std::string, uint64_t>> found;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) break;
    found.emplace_back(TextAt(list, 0), list.U64(1));
  }
  std::vector<PolicyRecord> out;
  for (const auto& [group, version] : found) {
    HOLDFAST_ASSIGN_OR_RETURN(std::optional<PolicyRecord> policy, FindPolicy(group, version));
    if (policy) out.push_back(*std::move(policy));
  }
  return out;
}

absl::Status SqliteFleetStore::SetPolicySignature(const PolicyRecord& p) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto set, db_->Prepare("UPDATE policies SET signature=?, key_id=? WHERE device_group=? AND version=?"));
  return set.BindAll(sqlite::Blob{p.signature}, p.key_id, p.info.group, p.info.version).Run();
}

absl::Status SqliteFleetStore::SetOrderSignature(uint64_t number, absl::string_view signature) {
  HOLDFAST_ASSIGN_OR_RETURN(auto set, db_->Prepare("UPDATE orders SET signature=? WHERE number=?"));
  return set.BindAll(sqlite::Blob{signature}, number).Run();
}

}  // namespace holdfast::fleet

#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
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
// As in the index device_keys_alike.
constexpr absl::string_view kAlike =
    "k.authority, k.heard, k.said, k.authorities, k.policy_keys, k.pinned, k.bundle_key, k.code_key";
constexpr int kCountColumn = 8;

bool Alike(const KeyHolders& a, const KeyHolders& b) {
  return a.authority == b.authority && a.evidence == b.evidence;
}

absl::Status ReadKinds(sqlite::Statement& read, absl::FunctionRef<void(KeyHolders, int)> visit) {
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return absl::OkStatus();
    KeyHolders kind;
    kind.authority = TextAt(read, 0);
    if (read.Int(1) != 0) kind.evidence = EvidenceFrom(read, 2);
    visit(std::move(kind), static_cast<int>(read.Int(kCountColumn)));
  }
}

}  // namespace

absl::Status SqliteFleetStore::PutKeyEvidence(DeviceKey device, const KeyEvidence& e) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto put,
      db_->Prepare("UPDATE device_keys SET heard=1, said=?, authorities=?, policy_keys=?, pinned=?, "
                   "bundle_key=?, code_key=? WHERE device=?"));
  return put
      .BindAll(e.said, absl::StrJoin(e.authorities, " "), absl::StrJoin(e.policy_keys, " "),
               e.policy_keys_pinned, e.bundle_key, e.code_key, device)
      .Run();
}

absl::StatusOr<std::optional<KeyEvidence>> SqliteFleetStore::FindKeyEvidence(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find,
      db_->Prepare(absl::StrCat("SELECT ", kEvidence, " FROM device_keys WHERE device=? AND heard<>0")));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.BindAll(device).Step());
  if (!found) return std::nullopt;
  return EvidenceFrom(find, 0);
}

absl::Status SqliteFleetStore::MakeKeyHolder(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(auto make,
                            db_->Prepare(absl::StrCat("INSERT INTO device_keys(device, ", kEvidence,
                                                      ", heard) VALUES(?, 0, '', '', 0, '', '', 0)")));
  HOLDFAST_RETURN_IF_ERROR(make.BindAll(device).Run());
  return FollowKeyHolder(device);
}

absl::Status SqliteFleetStore::FollowKeyHolder(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto follow,
      db_->Prepare(
          "UPDATE device_keys SET "
          "holds=(SELECT revoked IS NULL AND lifecycle IN (?2, ?3) FROM devices WHERE key=?1), "
          "authority=COALESCE((SELECT authority FROM certificates WHERE device=?1 AND state IN (?4, ?5) "
          "ORDER BY state=?4 DESC, issued DESC, serial LIMIT 1), '') WHERE device=?1"));
  return follow
      .BindAll(device, static_cast<int>(Lifecycle::kInUse), static_cast<int>(Lifecycle::kOnLoan),
               static_cast<int>(CertificateState::kValid), static_cast<int>(CertificateState::kCandidate))
      .Run();
}

absl::Status SqliteFleetStore::NameHolders(KeyHolders& holders, ServerTime missing_through, int names) {
  const KeyEvidence e = holders.evidence.value_or(KeyEvidence{});
  for (const bool recent : {false, true}) {
    HOLDFAST_ASSIGN_OR_RETURN(
        auto list,
        db_->Prepare(absl::StrCat(
            "SELECT d.key, d.hostname, d.id FROM device_keys k CROSS JOIN devices d ON d.key=k.device ",
            recent ? "CROSS JOIN contacts c ON c.device=k.device AND c.last_seen > ?9 " : "",
            "WHERE k.holds=1 AND k.authority=?1 AND k.heard=?2 AND k.said=?3 AND k.authorities=?4 AND "
            "k.policy_keys=?5 AND k.pinned=?6 AND k.bundle_key=?7 AND k.code_key=?8 ORDER BY k.device LIMIT ",
            names)));
    list.BindAll(holders.authority, holders.evidence.has_value(), e.said, absl::StrJoin(e.authorities, " "),
                 absl::StrJoin(e.policy_keys, " "), e.policy_keys_pinned, e.bundle_key, e.code_key);
    if (recent) list.Bind(9, missing_through.ns);
    while (true) {
      HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
      if (!more) break;
      const std::string hostname = TextAt(list, 1);
      (recent ? holders.first_recent : holders.first)
          .emplace_back(list.Int(0), hostname.empty() ? UuidAt(list, 2).ToString() : hostname);
    }
  }
  return absl::OkStatus();
}

absl::Status SqliteFleetStore::EachKeyHolders(ServerTime missing_through, int names,
                                              const std::function<void(const KeyHolders&)>& visit) {
  std::vector<KeyHolders> kinds;
  // Both in the order of the index.
  HOLDFAST_ASSIGN_OR_RETURN(auto all,
                            db_->Prepare(absl::StrCat("SELECT ", kAlike,
                                                      ", COUNT(*) FROM device_keys k WHERE k.holds=1 "
                                                      "GROUP BY ",
                                                      kAlike, " ORDER BY ", kAlike)));
  HOLDFAST_RETURN_IF_ERROR(ReadKinds(all, [&](KeyHolders kind, int count) {
    kind.count = count;
    kinds.push_back(std::move(kind));
  }));
  HOLDFAST_ASSIGN_OR_RETURN(
      auto missing,
      db_->Prepare(absl::StrCat("SELECT ", kAlike,
                                ", COUNT(*) FROM contacts c CROSS JOIN device_keys k ON "
                                "k.device=c.device WHERE c.last_seen <= ?1 AND k.holds=1 GROUP BY ",
                                kAlike, " ORDER BY ", kAlike)));
  missing.Bind(1, missing_through.ns);
  size_t at = 0;
  HOLDFAST_RETURN_IF_ERROR(ReadKinds(missing, [&](const KeyHolders& kind, int count) {
    while (at < kinds.size() && !Alike(kinds[at], kind)) ++at;
    if (at < kinds.size()) kinds[at].missing = count;
  }));
  for (KeyHolders& kind : kinds) {
    HOLDFAST_RETURN_IF_ERROR(NameHolders(kind, missing_through, names));
    visit(kind);
  }
  return absl::OkStatus();
}

absl::Status SqliteFleetStore::NameAuthority(const std::string& id) {
  HOLDFAST_ASSIGN_OR_RETURN(auto name,
                            db_->Prepare("UPDATE certificates SET authority=? WHERE authority=''"));
  HOLDFAST_RETURN_IF_ERROR(name.BindAll(id).Run());
  HOLDFAST_ASSIGN_OR_RETURN(
      auto follow,
      db_->Prepare("UPDATE device_keys SET authority=?1 WHERE holds IN (0, 1) AND authority='' AND "
                   "EXISTS (SELECT 1 FROM certificates c WHERE c.device=device_keys.device AND "
                   "c.state IN (?2, ?3))"));
  return follow
      .BindAll(id, static_cast<int>(CertificateState::kValid), static_cast<int>(CertificateState::kCandidate))
      .Run();
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

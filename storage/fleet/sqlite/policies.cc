#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/group_filter.h"
#include "storage/fleet/sqlite/page_token.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {
namespace {

constexpr absl::string_view kInfoColumns = "version, id, device_group, created, created_by, comment";

PolicyInfo InfoFrom(const sqlite::Statement& s) {
  return {.version = s.U64(0),
          .id = DigestAt(s, 1),
          .group = TextAt(s, 2),
          .created = TimeAt(s, 3),
          .created_by = TextAt(s, 4),
          .comment = TextAt(s, 5)};
}

constexpr absl::string_view kAuditQuery = "audit";

}  // namespace

absl::Status SqliteFleetStore::AddPolicy(const PolicyRecord& p) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto add, db_->Prepare("INSERT INTO policies(device_group, version, id, created, created_by, "
                             "comment, signed, signature, key_id, document) "
                             "VALUES(?,?,?,?,?,?,?,?,?,?)"));
  return add
      .BindAll(p.info.group, p.info.version, AsBlob(p.info.id), p.info.created.ns, p.info.created_by,
               p.info.comment, sqlite::Blob{p.signed_bytes}, sqlite::Blob{p.signature}, p.key_id, p.document)
      .Run();
}

absl::StatusOr<std::optional<PolicyRecord>> SqliteFleetStore::FindPolicy(const std::string& group,
                                                                         uint64_t version) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find, db_->Prepare(absl::StrCat(
                     "SELECT ", kInfoColumns,
                     ", signed, signature, key_id, document FROM policies "
                     "WHERE device_group=?1 AND (?2 = 0 OR version=?2) ORDER BY version DESC LIMIT 1")));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.BindAll(group, version).Step());
  if (!found) return std::nullopt;
  return PolicyRecord{.info = InfoFrom(find),
                      .signed_bytes = BytesAt(find, 6),
                      .signature = BytesAt(find, 7),
                      .key_id = TextAt(find, 8),
                      .document = TextAt(find, 9)};
}

absl::StatusOr<std::vector<PolicyInfo>> SqliteFleetStore::ListPolicies(const std::string& group, bool all) {
  HOLDFAST_ASSIGN_OR_RETURN(auto list,
                            db_->Prepare(absl::StrCat("SELECT ", kInfoColumns,
                                                      " FROM policies WHERE ?1 OR device_group=?2 "
                                                      "ORDER BY created DESC, device_group, version DESC")));
  list.BindAll(all, group);
  std::vector<PolicyInfo> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return out;
    out.push_back(InfoFrom(list));
  }
}

absl::Status SqliteFleetStore::AddAudit(const AuditEntry& e) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto add,
      db_->Prepare("INSERT INTO audit(at, actor, source, action, target, before, after, device_group) "
                   "VALUES(?,?,?,?,?,?,?,?)"));
  return add.BindAll(e.at.ns, e.actor, e.source, e.action, e.target, e.before, e.after, e.group).Run();
}

absl::StatusOr<AuditPage> SqliteFleetStore::ListAudit(int limit, const std::string& after,
                                                      const std::vector<std::string>& groups) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto list, db_->Prepare(absl::StrCat(
                     "SELECT number, at, actor, source, action, target, before, after, device_group "
                     "FROM audit WHERE (?1 = 0 OR number < ?1)",
                     GroupFilter("device_group", groups), " ORDER BY number DESC LIMIT ?2")));
  const std::string query = absl::StrCat(kAuditQuery, absl::StrJoin(groups, "\n"));
  PagePosition from;
  if (!after.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(from, ReadPageToken(query, after));
  }
  list.BindAll(from.number, limit + 1);
  BindGroups(list, groups);
  AuditPage page;
  int64_t last = 0;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return page;
    if (static_cast<int>(page.entries.size()) == limit) break;
    last = list.Int(0);
    page.entries.push_back({.at = TimeAt(list, 1),
                            .actor = TextAt(list, 2),
                            .source = TextAt(list, 3),
                            .action = TextAt(list, 4),
                            .target = TextAt(list, 5),
                            .before = TextAt(list, 6),
                            .after = TextAt(list, 7),
                            .group = TextAt(list, 8)});
  }
  page.next = MakePageToken(query, {.number = last, .integer = 0, .text = {}});
  return page;
}

}  // namespace holdfast::fleet

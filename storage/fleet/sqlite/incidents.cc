#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/group_filter.h"
#include "storage/fleet/sqlite/page_token.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {
namespace {

constexpr absl::string_view kIncidentColumns =
    "i.number, d.id, i.epoch, i.seq, d.hostname, i.name, i.severity, i.key, i.summary, i.evidence, "
    "i.suspects, "
    "i.opened, i.closed, i.closed_reason FROM incidents i JOIN devices d ON d.key = i.device";

Incident IncidentFrom(const sqlite::Statement& s) {
  Incident out;
  out.id = {.device = UuidAt(s, 1), .epoch = s.U64(2), .seq = s.U64(3)};
  out.hostname = TextAt(s, 4);
  out.name = TextAt(s, 5);
  out.severity = TextAt(s, 6);
  out.key = TextAt(s, 7);
  out.summary = TextAt(s, 8);
  out.evidence = TextAt(s, 9);
  out.suspects = TextAt(s, 10);
  out.opened = TimeAt(s, 11);
  if (!s.IsNull(12)) out.closed = TimeAt(s, 12);
  out.closed_reason = TextAt(s, 13);
  return out;
}

absl::StatusOr<std::vector<Incident>> ReadAll(sqlite::Statement read) {
  std::vector<Incident> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return out;
    out.push_back(IncidentFrom(read));
  }
}

std::string QueryText(const IncidentQuery& q) {
  return absl::StrCat("incidents|", q.device.value_or(0), "|", q.open_only, "|", q.name, "|",
                      q.from ? q.from->ns : 0, "|", q.to ? q.to->ns : 0, "|", absl::StrJoin(q.groups, "\n"));
}

// Parameters: 1 device, 2 name, 3 from, 4 to, 5 and 6 the position, 7 limit.
std::string PageSql(const IncidentQuery& q) {
  std::string where = absl::StrCat("1", GroupFilter("d.device_group", q.groups));
  if (q.device) absl::StrAppend(&where, " AND i.device = ?1");
  if (q.open_only) absl::StrAppend(&where, " AND i.closed IS NULL");
  if (!q.name.empty()) absl::StrAppend(&where, " AND i.name = ?2");
  if (q.from) absl::StrAppend(&where, " AND i.opened >= ?3");
  if (q.to) absl::StrAppend(&where, " AND i.opened < ?4");
  if (!q.after.empty()) absl::StrAppend(&where, " AND (i.opened, i.number) < (?5, ?6)");
  return absl::StrCat("SELECT ", kIncidentColumns, " WHERE ", where,
                      " ORDER BY i.opened DESC, i.number DESC LIMIT ?7");
}

}  // namespace

absl::Status SqliteFleetStore::OpenIncident(DeviceKey device, const Incident& incident) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto add,
      db_->Prepare(
          "INSERT INTO incidents(device, epoch, seq, name, severity, key, summary, evidence, suspects, "
          "opened, closed_reason) VALUES(?1, ?2, CASE ?3 WHEN 0 THEN (SELECT COALESCE(MAX(seq), 0) + 1 "
          "FROM incidents WHERE device = ?1 AND epoch = ?2) ELSE ?3 END, ?4, ?5, ?6, ?7, ?8, ?9, ?10, '') "
          "ON CONFLICT(device, epoch, seq) DO NOTHING"));
  return add
      .BindAll(device, incident.id.epoch, incident.id.seq, incident.name, incident.severity, incident.key,
               incident.summary, incident.evidence, incident.suspects, incident.opened.ns)
      .Run();
}

absl::Status SqliteFleetStore::CloseIncident(DeviceKey device, Epoch epoch, uint64_t seq, ServerTime at,
                                             const std::string& reason) {
  HOLDFAST_ASSIGN_OR_RETURN(auto close, db_->Prepare("UPDATE incidents SET closed=?, closed_reason=? WHERE "
                                                     "device=? AND epoch=? AND seq=? AND closed IS NULL"));
  return close.BindAll(at.ns, reason, device, epoch, seq).Run();
}

absl::StatusOr<std::vector<Incident>> SqliteFleetStore::OpenIncidentsOf(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto read, db_->Prepare(absl::StrCat("SELECT ", kIncidentColumns,
                                           " WHERE i.device=? AND i.closed IS NULL ORDER BY i.number")));
  read.Bind(1, device);
  return ReadAll(std::move(read));
}

absl::StatusOr<std::vector<Incident>> SqliteFleetStore::OpenIncidentsNamed(
    DeviceKey device, const std::string& name, const std::optional<std::string>& key) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto read,
      db_->Prepare(absl::StrCat("SELECT ", kIncidentColumns, " WHERE i.device=? AND i.name=? ",
                                key ? "AND i.key=? " : "", "AND i.closed IS NULL ORDER BY i.number")));
  read.Bind(1, device).Bind(2, name);
  if (key) read.Bind(3, *key);
  return ReadAll(std::move(read));
}

absl::StatusOr<int> SqliteFleetStore::CountOpenIncidents(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(auto count, db_->Prepare("SELECT COUNT(*) FROM incidents "
                                                     "WHERE device=? AND closed IS NULL"));
  HOLDFAST_RETURN_IF_ERROR(count.Bind(1, device).Step().status());
  return static_cast<int>(count.Int(0));
}

absl::Status SqliteFleetStore::EachOpenKey(const std::string& name, const std::vector<std::string>& groups,
                                           const std::function<void(const std::string&, int)>& visit) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto each,
      db_->Prepare(absl::StrCat("SELECT i.key, COUNT(DISTINCT i.device) FROM incidents i JOIN devices d ON "
                                "d.key = i.device WHERE i.closed IS NULL AND i.name = ?1",
                                GroupFilter("d.device_group", groups), " GROUP BY i.key ORDER BY i.key")));
  each.Bind(1, name);
  BindGroups(each, groups);
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, each.Step());
    if (!more) return absl::OkStatus();
    visit(TextAt(each, 0), static_cast<int>(each.Int(1)));
  }
}

absl::StatusOr<IncidentPage> SqliteFleetStore::ListIncidents(const IncidentQuery& query) {
  HOLDFAST_ASSIGN_OR_RETURN(auto list, db_->Prepare(PageSql(query)));
  if (query.device) list.Bind(1, *query.device);
  if (!query.name.empty()) list.Bind(2, query.name);
  if (query.from) list.Bind(3, query.from->ns);
  if (query.to) list.Bind(4, query.to->ns);
  BindGroups(list, query.groups);
  if (!query.after.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(const PagePosition from, ReadPageToken(QueryText(query), query.after));
    list.Bind(5, from.integer).Bind(6, from.number);
  }
  list.Bind(7, query.limit + 1);
  IncidentPage page;
  PagePosition last;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return page;
    if (static_cast<int>(page.incidents.size()) == query.limit) break;
    page.incidents.push_back(IncidentFrom(list));
    last = {.number = list.Int(0), .integer = page.incidents.back().opened.ns, .text = {}};
  }
  page.next = MakePageToken(QueryText(query), last);
  return page;
}

}  // namespace holdfast::fleet

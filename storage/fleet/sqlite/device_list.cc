// One page of devices: the index of the asked order is walked from where the last page ended, and filters are
// judged inside it.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "core/compliance/posture.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/device_row.h"
#include "storage/fleet/sqlite/group_filter.h"
#include "storage/fleet/sqlite/page_token.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {
namespace {

absl::string_view OrderColumn(DeviceOrder order) {
  switch (order) {
    case DeviceOrder::kName:
      return "d.name_key";
    case DeviceOrder::kLastSeen:
      return "c.last_seen";
    case DeviceOrder::kPosture:
      return "d.severity";
    case DeviceOrder::kOpenIncidents:
      return "d.open_incidents";
    case DeviceOrder::kVersion:
      return "d.version_key";
  }
  return "d.name_key";
}

bool SortsByText(DeviceOrder order) {
  return order == DeviceOrder::kName || order == DeviceOrder::kVersion;
}

// The number that ends every sort: the driving index's own, so that no sort is needed.
absl::string_view NumberColumn(DeviceOrder order) {
  return order == DeviceOrder::kLastSeen ? "c.device" : "d.key";
}

absl::string_view Tables(DeviceOrder order) {
  return order == DeviceOrder::kLastSeen ? "FROM contacts c CROSS JOIN devices d ON d.key = c.device"
                                         : "FROM devices d CROSS JOIN contacts c ON c.device = d.key";
}

// Parameters: 2 severity, 3 text, 7 lifecycle, and the groups. A page walks the index of its order and asks
// for each device whether it is among those that another index has found; the unary plus keeps the planner
// from walking those instead.
std::string PageFilters(const DeviceQuery& query) {
  const absl::string_view number = NumberColumn(query.order);
  std::string out = absl::StrCat("1", GroupFilter("d.device_group", query.groups));
  if (query.posture && query.order == DeviceOrder::kPosture) absl::StrAppend(&out, " AND d.severity = ?2");
  if (query.posture && query.order != DeviceOrder::kPosture) {
    absl::StrAppend(&out, " AND +", number, " IN (SELECT key FROM devices WHERE severity = ?2)");
  }
  if (query.lifecycle) {
    absl::StrAppend(&out, " AND +", number, " IN (SELECT key FROM devices WHERE lifecycle = ?7)");
  }
  if (!query.text.empty()) {
    absl::StrAppend(&out, " AND ", number, " IN (SELECT key FROM devices WHERE instr(search, ?3) > 0)");
  }
  return out;
}

std::string CountFilters(const DeviceQuery& query) {
  std::string out = absl::StrCat("1", GroupFilter("d.device_group", query.groups));
  if (query.posture) absl::StrAppend(&out, " AND d.severity = ?2");
  if (query.lifecycle) absl::StrAppend(&out, " AND d.lifecycle = ?7");
  if (!query.text.empty()) absl::StrAppend(&out, " AND instr(d.search, ?3) > 0");
  return out;
}

void BindFilters(sqlite::Statement& s, const DeviceQuery& query) {
  BindGroups(s, query.groups);
  if (query.posture) s.Bind(2, compliance::Severity(*query.posture));
  if (!query.text.empty()) s.Bind(3, absl::AsciiStrToLower(query.text));
  if (query.lifecycle) s.Bind(7, static_cast<int>(*query.lifecycle));
}

std::string QueryText(const DeviceQuery& query) {
  return absl::StrCat("devices|", static_cast<int>(query.order), "|", query.descending, "|",
                      absl::StrJoin(query.groups, "\n"), "|",
                      query.posture ? static_cast<int>(*query.posture) : -1, "|",
                      query.lifecycle ? static_cast<int>(*query.lifecycle) : -1, "|", query.text);
}

PagePosition PositionOf(const sqlite::Statement& s, const DeviceRecord& device, DeviceOrder order) {
  PagePosition position{.number = device.key};
  if (order == DeviceOrder::kName) position.text = TextAt(s, kNameKeyColumn);
  if (order == DeviceOrder::kVersion) position.text = TextAt(s, kVersionKeyColumn);
  if (order == DeviceOrder::kPosture) position.integer = s.Int(kSeverityColumn);
  if (order == DeviceOrder::kLastSeen) position.integer = device.last_seen.ns;
  if (order == DeviceOrder::kOpenIncidents) position.integer = device.open_incidents;
  return position;
}

// Parameters: 4 sort value, 5 number, 6 limit.
std::string PageSql(const DeviceQuery& query) {
  const absl::string_view column = OrderColumn(query.order);
  const absl::string_view number = NumberColumn(query.order);
  const absl::string_view direction = query.descending ? " DESC" : " ASC";
  std::string where = PageFilters(query);
  if (!query.after.empty()) {
    absl::StrAppend(&where, " AND (", column, ", ", number, ") ", query.descending ? "<" : ">", " (?4, ?5)");
  }
  return absl::StrCat("SELECT ", kDeviceColumns, " ", Tables(query.order), " WHERE ", where, " ORDER BY ",
                      column, direction, ", ", number, direction, " LIMIT ?6");
}

}  // namespace

absl::StatusOr<DevicePage> SqliteFleetStore::ListDevices(const DeviceQuery& query) {
  HOLDFAST_ASSIGN_OR_RETURN(auto list, db_->Prepare(PageSql(query)));
  BindFilters(list, query);
  if (!query.after.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(const PagePosition from, ReadPageToken(QueryText(query), query.after));
    if (SortsByText(query.order)) {
      list.Bind(4, from.text);
    } else {
      list.Bind(4, from.integer);
    }
    list.Bind(5, from.number);
  }
  // One more than asked for tells whether there is a next page.
  list.Bind(6, query.limit + 1);
  DevicePage page;
  PagePosition last;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return page;
    if (static_cast<int>(page.devices.size()) == query.limit) break;
    page.devices.push_back(DeviceFrom(list));
    last = PositionOf(list, page.devices.back(), query.order);
  }
  page.next = MakePageToken(QueryText(query), last);
  return page;
}

absl::StatusOr<int> SqliteFleetStore::CountDevices(const DeviceQuery& query) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto count, db_->Prepare(absl::StrCat("SELECT COUNT(*) FROM devices d WHERE ", CountFilters(query))));
  BindFilters(count, query);
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, count.Step());
  return found ? static_cast<int>(count.Int(0)) : 0;
}

}  // namespace holdfast::fleet

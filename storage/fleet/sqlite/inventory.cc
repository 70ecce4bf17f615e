#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/group_filter.h"
#include "storage/fleet/sqlite/page_token.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {
namespace {

// The device that has the serial number as it was given, or in upper case, as Apple writes them. Of several,
// the one that enrolled last.
constexpr absl::string_view kDevice =
    "(SELECT id FROM devices WHERE serial_number IN (i.serial, i.serial_key) ORDER BY key DESC LIMIT 1)";

// Parameters: 2 text, and the groups.
std::string Filters(const InventoryQuery& query) {
  std::string out = absl::StrCat("1", GroupFilter("i.device_group", query.groups));
  if (!query.text.empty()) {
    absl::StrAppend(&out, " AND (instr(i.serial_key, upper(?2)) > 0 OR instr(upper(i.name), upper(?2)) > 0)");
  }
  if (query.never_enrolled) {
    absl::StrAppend(
        &out, " AND NOT EXISTS (SELECT 1 FROM devices WHERE serial_number IN (i.serial, i.serial_key))");
  }
  return out;
}

void BindFilters(sqlite::Statement& s, const InventoryQuery& query) {
  BindGroups(s, query.groups);
  if (!query.text.empty()) s.Bind(2, query.text);
}

std::string QueryText(const InventoryQuery& query) {
  return absl::StrCat("inventory|", absl::StrJoin(query.groups, "\n"), "|", query.never_enrolled, "|",
                      query.text);
}

std::string Select(const InventoryQuery& query) {
  return absl::StrCat("SELECT i.serial, i.name, i.device_group, i.serial_key, ",
                      query.never_enrolled ? "NULL" : kDevice, " FROM inventory i WHERE ", Filters(query));
}

InventoryEntry EntryFrom(const sqlite::Statement& s) {
  return {.serial_number = TextAt(s, 0),
          .name = TextAt(s, 1),
          .group = TextAt(s, 2),
          .device = s.IsNull(4) ? Uuid{} : UuidAt(s, 4)};
}

}  // namespace

absl::Status SqliteFleetStore::PutInventory(const InventoryEntry& e) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto put,
      db_->Prepare(
          "INSERT OR REPLACE INTO inventory(serial_key, serial, name, device_group) VALUES(?,?,?,?)"));
  return put.BindAll(absl::AsciiStrToUpper(e.serial_number), e.serial_number, e.name, e.group).Run();
}

absl::Status SqliteFleetStore::RemoveInventory(const std::string& serial_number) {
  HOLDFAST_ASSIGN_OR_RETURN(auto remove, db_->Prepare("DELETE FROM inventory WHERE serial_key=?"));
  return remove.BindAll(absl::AsciiStrToUpper(serial_number)).Run();
}

absl::Status SqliteFleetStore::EachInventory(const InventoryQuery& query,
                                             const std::function<void(const InventoryEntry&)>& visit) {
  HOLDFAST_ASSIGN_OR_RETURN(auto each, db_->Prepare(absl::StrCat(Select(query), " ORDER BY i.serial_key")));
  BindFilters(each, query);
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, each.Step());
    if (!more) return absl::OkStatus();
    visit(EntryFrom(each));
  }
}

absl::StatusOr<InventoryPage> SqliteFleetStore::ListInventory(const InventoryQuery& query) {
  HOLDFAST_ASSIGN_OR_RETURN(auto list, db_->Prepare(absl::StrCat(Select(query), " AND i.serial_key > ?3",
                                                                 " ORDER BY i.serial_key LIMIT ?4")));
  BindFilters(list, query);
  PagePosition position;
  if (!query.after.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(position, ReadPageToken(QueryText(query), query.after));
  }
  list.Bind(3, position.text).Bind(4, query.limit + 1);
  InventoryPage page;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, list.Step());
    if (!more) return page;
    if (static_cast<int>(page.entries.size()) == query.limit) break;
    page.entries.push_back(EntryFrom(list));
    position.text = TextAt(list, 3);
  }
  page.next = MakePageToken(QueryText(query), position);
  return page;
}

absl::StatusOr<int> SqliteFleetStore::CountInventory(const InventoryQuery& query) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto count, db_->Prepare(absl::StrCat("SELECT COUNT(*) FROM inventory i WHERE ", Filters(query))));
  BindFilters(count, query);
  HOLDFAST_RETURN_IF_ERROR(count.Step().status());
  return static_cast<int>(count.Int(0));
}

}  // namespace holdfast::fleet

#include "base/error.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {

absl::Status SqliteFleetStore::SetKeptDays(DeviceKey device, const KeptDays& kept) {
  HOLDFAST_ASSIGN_OR_RETURN(auto set,
                            db_->Prepare("UPDATE devices SET first_kept=?, last_kept=? WHERE key=?"));
  return set.BindAll(kept.first, kept.last, device).Run();
}

absl::Status SqliteFleetStore::PutMonth(DeviceKey device, int64_t month, absl::string_view days) {
  HOLDFAST_ASSIGN_OR_RETURN(auto put,
                            db_->Prepare("INSERT OR REPLACE INTO months(device, month, days) VALUES(?,?,?)"));
  return put.BindAll(device, month, sqlite::Blob{days}).Run();
}

absl::Status SqliteFleetStore::EachMonthOf(DeviceKey device, int64_t from, int64_t to,
                                           const std::function<void(int64_t, absl::string_view)>& visit) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto each,
      db_->Prepare("SELECT month, days FROM months WHERE device=? AND month>=? AND month<=? ORDER BY month"));
  each.BindAll(device, from, to);
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, each.Step());
    if (!more) return absl::OkStatus();
    visit(each.Int(0), each.Bytes(1));
  }
}

absl::Status SqliteFleetStore::EachMonth(int64_t from, int64_t to,
                                         const std::function<void(DeviceKey, absl::string_view)>& visit) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto each,
      db_->Prepare("SELECT device, days FROM months WHERE month>=? AND month<=? ORDER BY device, month"));
  each.BindAll(from, to);
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, each.Step());
    if (!more) return absl::OkStatus();
    visit(each.Int(0), each.Bytes(1));
  }
}

absl::StatusOr<std::vector<DeviceKey>> SqliteFleetStore::DevicesWithDaysToKeep(compliance::Day through,
                                                                               int limit) {
  HOLDFAST_ASSIGN_OR_RETURN(auto find,
                            db_->Prepare("SELECT d.key FROM devices d JOIN contacts c ON c.device = d.key "
                                         "WHERE d.last_kept < ?1 AND c.last_seen / ?3 - 1 > d.last_kept "
                                         "AND (d.revoked IS NULL OR d.revoked / ?3 - 1 > d.last_kept) "
                                         "ORDER BY d.last_kept, d.key LIMIT ?2"));
  find.BindAll(through, limit, compliance::kDayNs);
  std::vector<DeviceKey> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, find.Step());
    if (!more) return out;
    out.push_back(find.Int(0));
  }
}

}  // namespace holdfast::fleet

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "core/compliance/posture.h"
#include "storage/fleet/sqlite/columns.h"
#include "storage/fleet/sqlite/device_row.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::fleet {
namespace {

std::string SearchText(const DeviceRecord& d) {
  return absl::AsciiStrToLower(
      absl::StrCat(d.hardware.hostname, "\n", d.hardware.serial_number, "\n", d.id.ToString()));
}

// Binds everything from the hostname on, from parameter 1: the same order for INSERT and UPDATE.
void BindDevice(sqlite::Statement& s, const DeviceRecord& d) {
  s.BindAll(d.hardware.hostname, d.hardware.serial_number, d.hardware.platform_uuid, d.hardware.model,
            d.hardware.os_version, d.hardware.os_build, d.agent_version, d.group, d.enrolled.ns,
            d.revoked ? std::optional<int64_t>(d.revoked->ns) : std::nullopt, static_cast<int>(d.posture),
            d.open_incidents, d.policy_version, d.policy_state, absl::AsciiStrToLower(d.hardware.hostname),
            VersionKey(d.agent_version), compliance::Severity(d.posture), SearchText(d));
}

// A state that does not exist, in a damaged column, hides no device.
Lifecycle LifecycleAt(const sqlite::Statement& s, int column) {
  const int64_t value = s.Int(column);
  const bool known =
      value >= static_cast<int>(Lifecycle::kInUse) && value <= static_cast<int>(Lifecycle::kMigrated);
  return known ? static_cast<Lifecycle>(value) : Lifecycle::kInUse;
}

absl::StatusOr<std::vector<DeviceRecord>> ReadAll(sqlite::Statement s) {
  std::vector<DeviceRecord> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, s.Step());
    if (!more) return out;
    out.push_back(DeviceFrom(s));
  }
}

}  // namespace

DeviceRecord DeviceFrom(const sqlite::Statement& s) {
  DeviceRecord d;
  d.key = s.Int(0);
  d.id = UuidAt(s, 1);
  d.hardware = {.serial_number = TextAt(s, 3),
                .platform_uuid = TextAt(s, 4),
                .model = TextAt(s, 5),
                .os_version = TextAt(s, 6),
                .os_build = TextAt(s, 7),
                .hostname = TextAt(s, 2)};
  d.agent_version = TextAt(s, 8);
  d.group = TextAt(s, 9);
  d.enrolled = TimeAt(s, 10);
  if (!s.IsNull(11)) d.revoked = TimeAt(s, 11);
  d.posture = TimeClassAt(s, 12);
  d.open_incidents = static_cast<int>(s.Int(13));
  d.policy_version = s.U64(14);
  d.policy_state = TextAt(s, 15);
  d.last_seen = TimeAt(s, 16);
  d.clock_offset_ns = s.Int(17);
  d.asleep = s.Int(18) != 0;
  d.kept = {s.Int(22), s.Int(23)};
  d.granted = absl::Nanoseconds(s.Int(24));
  d.lifecycle = {LifecycleAt(s, 25), TimeAt(s, 26), TextAt(s, 27)};
  return d;
}

std::string VersionKey(absl::string_view version) {
  std::string out;
  for (size_t i = 0; i < version.size();) {
    size_t end = i;
    while (end < version.size() && absl::ascii_isdigit(version[end])) ++end;
    const size_t digits = end - i;
    if (digits > 0 && digits < 8) out.append(8 - digits, '0');
    absl::StrAppend(&out, version.substr(i, digits == 0 ? 1 : digits));
    i += digits == 0 ? 1 : digits;
  }
  return out;
}

absl::StatusOr<DeviceKey> SqliteFleetStore::AddDevice(const DeviceRecord& record) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto add,
      db_->Prepare("INSERT INTO devices(hostname, serial_number, platform_uuid, model, os_version, os_build, "
                   "agent_version, device_group, enrolled, revoked, posture, open_incidents, policy_version, "
                   "policy_state, name_key, version_key, severity, search, id) "
                   "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"));
  BindDevice(add, record);
  HOLDFAST_RETURN_IF_ERROR(add.Bind(19, AsBlob(record.id)).Run());
  const DeviceKey key = db_->last_insert_rowid();
  const Contact contact{key, record.last_seen, record.clock_offset_ns, record.asleep, record.granted};
  HOLDFAST_RETURN_IF_ERROR(SaveContacts({&contact, 1}));
  HOLDFAST_RETURN_IF_ERROR(MakeKeyHolder(key));
  return key;
}

absl::Status SqliteFleetStore::UpdateDevice(const DeviceRecord& record) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto update,
      db_->Prepare(
          "UPDATE devices SET hostname=?, serial_number=?, platform_uuid=?, model=?, os_version=?, "
          "os_build=?, agent_version=?, device_group=?, enrolled=?, revoked=?, posture=?, "
          "open_incidents=?, policy_version=?, policy_state=?, name_key=?, version_key=?, severity=?, "
          "search=? WHERE key=?"));
  BindDevice(update, record);
  HOLDFAST_RETURN_IF_ERROR(update.Bind(19, record.key).Run());
  return FollowKeyHolder(record.key);
}

absl::Status SqliteFleetStore::SetPosture(DeviceKey device, TimeClass posture) {
  HOLDFAST_ASSIGN_OR_RETURN(auto set, db_->Prepare("UPDATE devices SET posture=?, severity=? WHERE key=?"));
  return set.BindAll(static_cast<int>(posture), compliance::Severity(posture), device).Run();
}

absl::Status SqliteFleetStore::SetOpenIncidents(DeviceKey device, int count) {
  HOLDFAST_ASSIGN_OR_RETURN(auto set, db_->Prepare("UPDATE devices SET open_incidents=? WHERE key=?"));
  return set.BindAll(count, device).Run();
}

absl::Status SqliteFleetStore::AddLifecycle(DeviceKey device, const LifecycleChange& change) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto add, db_->Prepare("INSERT INTO lifecycles(device, at, state, reason) VALUES(?,?,?,?)"));
  const int state = static_cast<int>(change.state);
  HOLDFAST_RETURN_IF_ERROR(add.BindAll(device, change.at.ns, state, change.reason).Run());
  HOLDFAST_ASSIGN_OR_RETURN(
      auto set,
      db_->Prepare("UPDATE devices SET lifecycle=?, lifecycle_at=?, lifecycle_reason=? WHERE key=?"));
  HOLDFAST_RETURN_IF_ERROR(set.BindAll(state, change.at.ns, change.reason, device).Run());
  return FollowKeyHolder(device);
}

absl::StatusOr<std::vector<LifecycleChange>> SqliteFleetStore::LifecycleOf(DeviceKey device) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto read, db_->Prepare("SELECT state, at, reason FROM lifecycles WHERE device=? ORDER BY rowid"));
  read.Bind(1, device);
  std::vector<LifecycleChange> out;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, read.Step());
    if (!more) return out;
    out.push_back({LifecycleAt(read, 0), TimeAt(read, 1), TextAt(read, 2)});
  }
}

absl::Status SqliteFleetStore::SaveContacts(absl::Span<const Contact> contacts) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto save,
      db_->Prepare("INSERT INTO contacts(device, last_seen, clock_offset, asleep, granted) VALUES(?,?,?,?,?) "
                   "ON CONFLICT(device) DO UPDATE SET last_seen=excluded.last_seen, "
                   "clock_offset=excluded.clock_offset, asleep=excluded.asleep, granted=excluded.granted"));
  for (const Contact& c : contacts) {
    HOLDFAST_RETURN_IF_ERROR(save.BindAll(c.device, c.last_seen.ns, c.clock_offset_ns, c.asleep,
                                          absl::ToInt64Nanoseconds(c.granted))
                                 .Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<DeviceRecord>> SqliteFleetStore::FindDevice(const Uuid& id) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find, db_->Prepare(absl::StrCat("SELECT ", kDeviceColumns, " ", kDeviceTables, " WHERE d.id=?")));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.Bind(1, AsBlob(id)).Step());
  if (!found) return std::nullopt;
  return DeviceFrom(find);
}

absl::StatusOr<std::optional<DeviceRecord>> SqliteFleetStore::DeviceByKey(DeviceKey key) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find, db_->Prepare(absl::StrCat("SELECT ", kDeviceColumns, " ", kDeviceTables, " WHERE d.key=?")));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, find.Bind(1, key).Step());
  if (!found) return std::nullopt;
  return DeviceFrom(find);
}

absl::StatusOr<std::vector<DeviceRecord>> SqliteFleetStore::FindByHardware(const std::string& serial_number,
                                                                           const std::string& platform_uuid) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find, db_->Prepare(absl::StrCat("SELECT ", kDeviceColumns, " ", kDeviceTables,
                                           " WHERE d.serial_number=? AND d.platform_uuid=? ORDER BY d.key")));
  find.BindAll(serial_number, platform_uuid);
  return ReadAll(std::move(find));
}

absl::StatusOr<std::vector<DeviceRecord>> SqliteFleetStore::FindByName(const std::string& name, int limit) {
  const absl::StatusOr<Uuid> id = Uuid::Parse(name);
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find, db_->Prepare(absl::StrCat("SELECT ", kDeviceColumns, " ", kDeviceTables,
                                           " WHERE d.key IN (SELECT key FROM devices WHERE name_key=?1 UNION "
                                           "SELECT key FROM devices WHERE serial_number IN (?2, ?5) UNION "
                                           "SELECT key FROM devices WHERE id=?3) ORDER BY d.key LIMIT ?4")));
  find.Bind(1, absl::AsciiStrToLower(name)).Bind(2, name).Bind(4, limit).Bind(5, absl::AsciiStrToUpper(name));
  if (id.ok()) find.Bind(3, AsBlob(*id));
  return ReadAll(std::move(find));
}

absl::StatusOr<std::vector<DeviceRecord>> SqliteFleetStore::LastSeenBetween(ServerTime from, ServerTime to) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto find, db_->Prepare(absl::StrCat("SELECT ", kDeviceColumns,
                                           " FROM contacts c CROSS JOIN devices d ON d.key = c.device "
                                           "WHERE c.last_seen >= ? AND c.last_seen < ? ORDER BY c.device")));
  find.BindAll(from.ns, to.ns);
  return ReadAll(std::move(find));
}

absl::Status SqliteFleetStore::EachDevice(const std::string& group,
                                          const std::function<void(const DeviceRecord&)>& visit) {
  HOLDFAST_ASSIGN_OR_RETURN(
      auto each, db_->Prepare(absl::StrCat("SELECT ", kDeviceColumns, " ", kDeviceTables,
                                           " WHERE ?1 = '' OR d.device_group = ?1 ORDER BY d.key")));
  each.Bind(1, group);
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool more, each.Step());
    if (!more) return absl::OkStatus();
    visit(DeviceFrom(each));
  }
}

}  // namespace holdfast::fleet

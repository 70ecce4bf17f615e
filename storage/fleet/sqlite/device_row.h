// The columns of a device, in the one order in which they are read.
#pragma once

#include "absl/strings/string_view.h"
#include "storage/fleet/records.h"
#include "storage/sqlite/statement.h"

namespace holdfast::fleet {

// For "SELECT <kDeviceColumns> <kDeviceTables> ...".
inline constexpr absl::string_view kDeviceColumns =
    "d.key, d.id, d.hostname, d.serial_number, d.platform_uuid, d.model, d.os_version, d.os_build, "
    "d.agent_version, d.device_group, d.enrolled, d.revoked, d.posture, d.open_incidents, d.policy_version, "
    "d.policy_state, c.last_seen, c.clock_offset, c.asleep, d.name_key, d.version_key, d.severity, "
    "d.first_kept, d.last_kept, c.granted, d.lifecycle, "
    "d.lifecycle_at, d.lifecycle_reason";
inline constexpr absl::string_view kDeviceTables = "FROM devices d JOIN contacts c ON c.device = d.key";
inline constexpr int kNameKeyColumn = 19;
inline constexpr int kVersionKeyColumn = 20;
inline constexpr int kSeverityColumn = 21;

DeviceRecord DeviceFrom(const sqlite::Statement& s);

// "0.10.2-rc1" as text that sorts as the version does: every number padded.
std::string VersionKey(absl::string_view version);

}  // namespace holdfast::fleet

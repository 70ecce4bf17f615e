#include "storage/fleet/sqlite/schema.h"

#include <array>

namespace holdfast::fleet {
namespace {

// Each index of `devices` is named after the order it serves and carries the group, so that a group's page is
// read from the index alone. What changes often (severity, open incidents) is in no index but its own.
// `search` is hostname, serial number and device id in lower case; severity is that of the posture, one to
// one.
constexpr char kDevices[] = R"sql(
CREATE TABLE devices(
  key INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  hostname TEXT NOT NULL, serial_number TEXT NOT NULL, platform_uuid TEXT NOT NULL, model TEXT NOT NULL,
  os_version TEXT NOT NULL, os_build TEXT NOT NULL, agent_version TEXT NOT NULL, device_group TEXT NOT NULL,
  enrolled INTEGER NOT NULL, revoked INTEGER,
  posture INTEGER NOT NULL, open_incidents INTEGER NOT NULL,
  policy_version INTEGER NOT NULL, policy_state TEXT NOT NULL,
  name_key TEXT NOT NULL, version_key TEXT NOT NULL, severity INTEGER NOT NULL, search TEXT NOT NULL);
CREATE INDEX devices_by_name ON devices(name_key, key, device_group);
CREATE INDEX devices_by_version ON devices(version_key, key, device_group);
CREATE INDEX devices_by_posture ON devices(severity, key, device_group);
CREATE INDEX devices_by_open_incidents ON devices(open_incidents, key, device_group);
CREATE INDEX devices_by_hardware ON devices(serial_number, platform_uuid);
CREATE INDEX devices_search ON devices(search, device_group);
CREATE TABLE contacts(
  device INTEGER PRIMARY KEY REFERENCES devices(key),
  last_seen INTEGER NOT NULL, clock_offset INTEGER NOT NULL, asleep INTEGER NOT NULL);
CREATE INDEX contacts_by_last_seen ON contacts(last_seen, device);
)sql";

constexpr char kCredentials[] = R"sql(
CREATE TABLE certificates(
  serial TEXT PRIMARY KEY, device INTEGER NOT NULL REFERENCES devices(key), state INTEGER NOT NULL,
  spki BLOB NOT NULL, issued INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX certificates_by_device ON certificates(device, issued);
CREATE TABLE enrollment_tokens(
  id TEXT PRIMARY KEY, device_group TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
  quota INTEGER NOT NULL, used INTEGER NOT NULL, revoked INTEGER NOT NULL, allowed_serials TEXT NOT NULL,
  secret_hash BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE admin_tokens(
  id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, created INTEGER NOT NULL,
  revoked INTEGER NOT NULL, secret_hash BLOB NOT NULL) WITHOUT ROWID;
)sql";

// A rowid table with a unique index beats WITHOUT ROWID for rows that arrive in random device order.
// `chain` is the ordinal of the epoch among the device's: small, and in the order of time, which the random
// epoch is not.
constexpr char kRows[] = R"sql(
CREATE TABLE chains(
  device INTEGER NOT NULL REFERENCES devices(key), ordinal INTEGER NOT NULL, epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL, hash BLOB NOT NULL, last_at INTEGER NOT NULL,
  PRIMARY KEY(device, ordinal), UNIQUE(device, epoch)) WITHOUT ROWID;
CREATE TABLE rows(
  device INTEGER NOT NULL, chain INTEGER NOT NULL, seq INTEGER NOT NULL,
  boot BLOB NOT NULL, mono INTEGER NOT NULL, wall INTEGER NOT NULL,
  kind INTEGER NOT NULL, payload_version INTEGER NOT NULL, subject TEXT NOT NULL, payload BLOB NOT NULL,
  hash BLOB NOT NULL, at INTEGER NOT NULL, uncertainty INTEGER NOT NULL, received INTEGER NOT NULL,
  UNIQUE(device, chain, seq));
CREATE TABLE anchors(
  device INTEGER NOT NULL REFERENCES devices(key), boot BLOB NOT NULL, mono INTEGER NOT NULL,
  server INTEGER NOT NULL, uncertainty INTEGER NOT NULL, PRIMARY KEY(device, boot)) WITHOUT ROWID;
CREATE TABLE sections(
  device INTEGER NOT NULL REFERENCES devices(key), name TEXT NOT NULL, hash BLOB NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY(device, name)) WITHOUT ROWID;
)sql";

// `timeline`: key empty for what concerns every key; starts is the begin of a span (kDown, kGap), else at.
constexpr char kCompliance[] = R"sql(
CREATE TABLE timeline(
  device INTEGER NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, chain INTEGER NOT NULL, seq INTEGER NOT NULL,
  kind INTEGER NOT NULL, starts INTEGER NOT NULL, uncertainty INTEGER NOT NULL, class INTEGER NOT NULL,
  cause TEXT NOT NULL, PRIMARY KEY(device, key, at, chain, seq, kind)) WITHOUT ROWID;
CREATE TABLE verdicts(
  device INTEGER NOT NULL REFERENCES devices(key), key TEXT NOT NULL, rule TEXT NOT NULL, service BLOB NOT NULL,
  service_name TEXT NOT NULL, class INTEGER NOT NULL, cause TEXT NOT NULL, detail TEXT NOT NULL,
  since INTEGER NOT NULL, PRIMARY KEY(device, key)) WITHOUT ROWID;
CREATE TABLE incidents(
  number INTEGER PRIMARY KEY,
  device INTEGER NOT NULL REFERENCES devices(key), epoch INTEGER NOT NULL, seq INTEGER NOT NULL,
  name TEXT NOT NULL, severity TEXT NOT NULL, key TEXT NOT NULL, summary TEXT NOT NULL, evidence TEXT NOT NULL,
  suspects TEXT NOT NULL, opened INTEGER NOT NULL, closed INTEGER, closed_reason TEXT NOT NULL,
  UNIQUE(device, epoch, seq));
CREATE INDEX incidents_by_opened ON incidents(opened, number);
CREATE INDEX incidents_open ON incidents(device, number) WHERE closed IS NULL;
)sql";

constexpr char kAdmin[] = R"sql(
CREATE TABLE policies(
  device_group TEXT NOT NULL, version INTEGER NOT NULL, id BLOB NOT NULL, created INTEGER NOT NULL,
  created_by TEXT NOT NULL, comment TEXT NOT NULL, signed BLOB NOT NULL, signature BLOB NOT NULL,
  key_id TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY(device_group, version)) WITHOUT ROWID;
CREATE TABLE audit(
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, source TEXT NOT NULL,
  action TEXT NOT NULL, target TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL);
)sql";

// A device opens as many incidents as it likes: finding one of them must not read them all.
constexpr char kIncidentsByName[] =
    "CREATE INDEX incidents_open_by_name ON incidents(device, name, key, number) WHERE closed IS NULL";

absl::Status CreateAll(sqlite::Database& db) {
  for (const char* sql : {kDevices, kCredentials, kRows, kCompliance, kAdmin}) {
    if (absl::Status s = db.Execute(sql); !s.ok()) return s;
  }
  return absl::OkStatus();
}

constexpr char kOrders[] = R"sql(
CREATE TABLE orders(
  number INTEGER PRIMARY KEY, expires INTEGER NOT NULL, signed BLOB NOT NULL, signature BLOB NOT NULL);
CREATE INDEX orders_by_expiry ON orders(expires);
)sql";

// What is counted of a version is read from the index alone.
constexpr char kRollouts[] = R"sql(
CREATE TABLE rollouts(
  device_group TEXT NOT NULL, version INTEGER NOT NULL, percent INTEGER NOT NULL, halt_rate REAL NOT NULL,
  halted INTEGER, halted_by TEXT NOT NULL, halted_why TEXT NOT NULL, counted_from INTEGER NOT NULL,
  expected INTEGER NOT NULL, PRIMARY KEY(device_group, version)) WITHOUT ROWID;
CREATE TABLE handed(
  device INTEGER PRIMARY KEY REFERENCES devices(key), device_group TEXT NOT NULL, version INTEGER NOT NULL,
  state INTEGER NOT NULL, at INTEGER NOT NULL, counted INTEGER NOT NULL);
CREATE INDEX handed_by_version ON handed(version, device_group, state, counted, at);
)sql";

// A month of a device in one row: a report over a fleet reads few rows, in the order of the devices.
constexpr char kDays[] = R"sql(
ALTER TABLE devices ADD COLUMN first_kept INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN last_kept INTEGER NOT NULL DEFAULT -1;
CREATE INDEX devices_by_last_kept ON devices(last_kept, key);
CREATE TABLE months(
  device INTEGER NOT NULL REFERENCES devices(key), month INTEGER NOT NULL, days BLOB NOT NULL,
  PRIMARY KEY(device, month)) WITHOUT ROWID;
)sql";

// Ids of keys, in lists with spaces between. `authority` is empty for certificates of before there were ids.
constexpr char kKeys[] = R"sql(
ALTER TABLE certificates ADD COLUMN authority TEXT NOT NULL DEFAULT '';
CREATE TABLE device_keys(
  device INTEGER PRIMARY KEY REFERENCES devices(key), said INTEGER NOT NULL, authorities TEXT NOT NULL,
  policy_keys TEXT NOT NULL, pinned INTEGER NOT NULL, bundle_key TEXT NOT NULL, code_key TEXT NOT NULL);
)sql";

// Tokens of before could not expire, and do not.
constexpr char kAdminTokenExpiry[] = "ALTER TABLE admin_tokens ADD COLUMN expires INTEGER";

// The heartbeat that a device was asked for: it is not late before that, also after a restart of the server.
constexpr char kGrantedHeartbeat[] = "ALTER TABLE contacts ADD COLUMN granted INTEGER NOT NULL DEFAULT 0";

// What an admin says devices are for: the newest word beside the device, all of them for accounts of the
// past. `inventory`: serial is as it was given, serial_key is it in upper case.
constexpr char kLifecycle[] = R"sql(
ALTER TABLE devices ADD COLUMN lifecycle INTEGER NOT NULL DEFAULT 1;
ALTER TABLE devices ADD COLUMN lifecycle_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE devices ADD COLUMN lifecycle_reason TEXT NOT NULL DEFAULT '';
CREATE INDEX devices_by_lifecycle ON devices(lifecycle, key);
CREATE TABLE lifecycles(
  device INTEGER NOT NULL REFERENCES devices(key), at INTEGER NOT NULL, state INTEGER NOT NULL,
  reason TEXT NOT NULL);
CREATE INDEX lifecycles_by_device ON lifecycles(device);
CREATE TABLE inventory(
  serial_key TEXT PRIMARY KEY, serial TEXT NOT NULL, name TEXT NOT NULL, device_group TEXT NOT NULL) WITHOUT ROWID;
)sql";

// Groups are in lists with line breaks between. Of entries of before, the audit log does not say whose they
// are: they are shown to who sees all.
constexpr char kGroups[] = R"sql(
ALTER TABLE admin_tokens ADD COLUMN device_groups TEXT NOT NULL DEFAULT '';
ALTER TABLE enrollment_tokens ADD COLUMN group_bound INTEGER NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN device_group TEXT NOT NULL DEFAULT '';
)sql";

// Each device has a row, from its enrollment on (`heard`: it has sent a message), and devices that are alike
// stand together in one index: how many depend on a key is counted there. `holds`: in service and not
// revoked.
constexpr char kKeyHolders[] = R"sql(
ALTER TABLE device_keys ADD COLUMN heard INTEGER NOT NULL DEFAULT 1;
ALTER TABLE device_keys ADD COLUMN authority TEXT NOT NULL DEFAULT '';
ALTER TABLE device_keys ADD COLUMN holds INTEGER NOT NULL DEFAULT 1;
INSERT INTO device_keys(device, said, authorities, policy_keys, pinned, bundle_key, code_key, heard)
  SELECT key, 0, '', '', 0, '', '', 0 FROM devices WHERE key NOT IN (SELECT device FROM device_keys);
UPDATE device_keys SET
  holds = (SELECT d.revoked IS NULL AND d.lifecycle IN (1, 2) FROM devices d WHERE d.key = device),
  authority = COALESCE((SELECT c.authority FROM certificates c WHERE c.device = device_keys.device
    AND c.state IN (1, 2) ORDER BY c.state DESC, c.issued DESC, c.serial LIMIT 1), '');
CREATE INDEX device_keys_alike ON device_keys(
  holds, authority, heard, said, authorities, policy_keys, pinned, bundle_key, code_key, device);
)sql";

// What profiles the Macs of each group are to have, and what is wrong with them. Lists are canonical bytes.
constexpr char kProfileSets[] = R"sql(
CREATE TABLE profile_sets(
  device_group TEXT PRIMARY KEY, hash BLOB NOT NULL, put INTEGER NOT NULL, put_by TEXT NOT NULL,
  target TEXT NOT NULL, accepted INTEGER NOT NULL, files INTEGER NOT NULL, errors INTEGER NOT NULL,
  warnings INTEGER NOT NULL, infos INTEGER NOT NULL, allowed INTEGER NOT NULL, left_out INTEGER NOT NULL,
  findings BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE profile_files(
  device_group TEXT NOT NULL, name TEXT NOT NULL, identifier TEXT NOT NULL, display_name TEXT NOT NULL,
  declaration TEXT NOT NULL, sha256 BLOB NOT NULL, payloads BLOB NOT NULL, outline BLOB NOT NULL,
  PRIMARY KEY(device_group, name)) WITHOUT ROWID;
CREATE INDEX profile_files_by_identifier ON profile_files(device_group, identifier);
)sql";

constexpr std::array<sqlite::Migration, 12> kMigrations = {
    {{.version = 1, .sql = nullptr, .code = CreateAll},
     {.version = 2, .sql = kIncidentsByName, .code = nullptr},
     {.version = 3, .sql = kOrders, .code = nullptr},
     {.version = 4, .sql = kRollouts, .code = nullptr},
     {.version = 5, .sql = kDays, .code = nullptr},
     {.version = 6, .sql = kKeys, .code = nullptr},
     {.version = 7, .sql = kAdminTokenExpiry, .code = nullptr},
     {.version = 8, .sql = kGrantedHeartbeat, .code = nullptr},
     {.version = 9, .sql = kLifecycle, .code = nullptr},
     {.version = 10, .sql = kGroups, .code = nullptr},
     {.version = 11, .sql = kKeyHolders, .code = nullptr},
     {.version = 12, .sql = kProfileSets, .code = nullptr}}};

}  // namespace

absl::Span<const sqlite::Migration> Migrations() {
  return kMigrations;
}

}  // namespace holdfast::fleet

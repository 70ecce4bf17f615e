#include "storage/journal/schema.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::journal {
namespace {

// rows         times are nanoseconds; boot is 16 bytes, hash 32. kind, wall and subject are indexed for
// Query. checkpoints  runs of rows that are no longer stored, with the hash of the last one, from which the
// chain goes on. head         the newest row as the last transaction left it; epoch is an unsigned number's
// bits; acked is the
//              acknowledged watermark; clean is 1 after a clean stop.
// history_v1   the contract with readers: holdfastctl, osquery.
constexpr char kVersion1[] = R"sql(
PRAGMA application_id = 0x48464a31;
CREATE TABLE rows(
  seq INTEGER PRIMARY KEY,
  boot BLOB NOT NULL,
  mono INTEGER NOT NULL,
  wall INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  payload_version INTEGER NOT NULL,
  subject TEXT NOT NULL,
  payload BLOB NOT NULL,
  hash BLOB NOT NULL
);
CREATE INDEX rows_by_kind ON rows(kind);
CREATE INDEX rows_by_wall ON rows(wall);
CREATE INDEX rows_by_subject ON rows(subject) WHERE subject <> '';
CREATE TABLE checkpoints(
  last INTEGER PRIMARY KEY,
  first INTEGER NOT NULL,
  hash BLOB NOT NULL
);
CREATE TABLE head(
  one INTEGER PRIMARY KEY CHECK (one = 1),
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  acked INTEGER NOT NULL,
  clean INTEGER NOT NULL
);
CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE VIEW history_v1(seq, time, kind, subject, payload, hash, acknowledged) AS
  SELECT seq,
         strftime('%Y-%m-%dT%H:%M:%S', wall / 1000000000, 'unixepoch')
           || printf('.%03dZ', wall / 1000000 % 1000),
         kind, subject, payload, lower(hex(hash)), seq <= (SELECT acked FROM head)
  FROM rows;
)sql";

constexpr sqlite::Migration kMigrations[] = {{.version = 1, .sql = kVersion1}};

}  // namespace

absl::Span<const sqlite::Migration> Migrations() {
  return kMigrations;
}

absl::Status PrepareSchema(sqlite::Database& db, bool read_only) {
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t id, db.QueryInt("PRAGMA application_id"));
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t tables, db.QueryInt("SELECT count(*) FROM sqlite_schema"));
  const bool empty = id == 0 && tables == 0;
  if (id != kApplicationId && (!empty || read_only)) {
    return absl::DataLossError(absl::StrCat(db.path(), " is not a Holdfast journal"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t version, db.QueryInt("PRAGMA user_version"));
  if (read_only && version >= 1 && version <= kMigrations[std::size(kMigrations) - 1].version) {
    return absl::OkStatus();  // the writer migrates; every released version has what a reader needs
  }
  return sqlite::Migrate(db, kMigrations);
}

}  // namespace holdfast::journal

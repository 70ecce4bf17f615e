#include "storage/fleet/sqlite/sqlite_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/fleet/sqlite/schema.h"

namespace holdfast::fleet {
namespace {

// Rows arrive from many devices at once, each on a leaf of its own in every index: a cache that holds those
// leaves (64 MiB), and checkpoints rare enough (32 MiB of WAL) that a leaf is written back once for many
// rows.
constexpr char kTuning[] = "PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=8000";

// What the server cannot answer anything without, and what grows with the number of devices alone: read
// whole.
constexpr absl::string_view kReadWhole[] = {"devices",      "contacts", "certificates", "enrollment_tokens",
                                            "admin_tokens", "chains",   "verdicts",     "policies",
                                            "lifecycles",   "inventory"};
// What grows with time: a start must not take longer each day, so only the way to the newest entry is read.
// Damage elsewhere is an error of the call that meets it; that of rows is looked for while the server serves.
constexpr absl::string_view kReadNewest[] = {
    "SELECT hash FROM rows ORDER BY rowid DESC LIMIT 1",
    "SELECT kind FROM timeline ORDER BY device DESC LIMIT 1",
    "SELECT name FROM incidents ORDER BY number DESC LIMIT 1",
    "SELECT action FROM audit ORDER BY number DESC LIMIT 1",
};

absl::Status CheckTables(sqlite::Database& db) {
  for (const absl::string_view table : kReadWhole) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::string found,
                              db.QueryText(absl::StrCat("PRAGMA quick_check(", table, ")")));
    if (found != "ok") return absl::DataLossError(absl::StrCat("table ", table, ": ", found));
  }
  for (const absl::string_view newest : kReadNewest) {
    const absl::Status read = db.QueryText(newest).status();
    if (!read.ok() && !absl::IsNotFound(read)) return read;
  }
  return absl::OkStatus();
}

// A damaged database is told here, before anything is answered from it, and left as it is: with its
// write-ahead log.
absl::StatusOr<std::unique_ptr<sqlite::Database>> OpenChecked(const sqlite::DatabaseOptions& options) {
  HOLDFAST_ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(options));
  db->KeepWalOnClose(true);
  HOLDFAST_RETURN_IF_ERROR(db->Execute(kTuning));
  HOLDFAST_RETURN_IF_ERROR(sqlite::Migrate(*db, Migrations()));
  HOLDFAST_RETURN_IF_ERROR(CheckTables(*db));
  db->KeepWalOnClose(false);
  return db;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteFleetStore>> SqliteFleetStore::Open(
    const sqlite::DatabaseOptions& options) {
  auto db = OpenChecked(options);
  if (absl::IsDataLoss(db.status())) {
    return absl::DataLossError(
        absl::StrCat("the database ", options.path,
                     " is damaged and was left as it is: move it away with its -wal and "
                     "-shm and restore the newest backup; devices send again what that lacks. Found: ",
                     db.status().message()));
  }
  HOLDFAST_RETURN_IF_ERROR(db.status());
  return std::unique_ptr<SqliteFleetStore>(new SqliteFleetStore(*std::move(db), "BEGIN IMMEDIATE"));
}

absl::StatusOr<std::unique_ptr<SqliteFleetStore>> SqliteFleetStore::OpenReader(const std::string& path) {
  HOLDFAST_ASSIGN_OR_RETURN(auto db, sqlite::Database::Open({.path = path, .read_only = true}));
  return std::unique_ptr<SqliteFleetStore>(new SqliteFleetStore(std::move(db), "BEGIN"));
}

SqliteFleetStore::~SqliteFleetStore() = default;

absl::Status SqliteFleetStore::Begin() {
  HOLDFAST_ASSIGN_OR_RETURN(auto begin, db_->Prepare(begin_));
  return begin.Run();
}

absl::Status SqliteFleetStore::Commit() {
  HOLDFAST_ASSIGN_OR_RETURN(auto commit, db_->Prepare("COMMIT"));
  absl::Status committed = commit.Run();
  if (!committed.ok()) Rollback();
  return committed;
}

void SqliteFleetStore::Rollback() {
  // SQLite itself has rolled back after some errors; a second time is an error nobody needs to hear of.
  if (db_->in_transaction()) db_->Execute("ROLLBACK").IgnoreError();
}

}  // namespace holdfast::fleet

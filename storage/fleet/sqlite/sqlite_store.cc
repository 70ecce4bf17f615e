#include "storage/fleet/sqlite/sqlite_store.h"

#include <utility>

#include "base/error.h"
#include "storage/fleet/sqlite/schema.h"

namespace holdfast::fleet {
namespace {

// Rows arrive from many devices at once, each on a leaf of its own in every index: a cache that holds those
// leaves (64 MiB), and checkpoints rare enough (32 MiB of WAL) that a leaf is written back once for many
// rows.
constexpr char kTuning[] = "PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=8000";

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteFleetStore>> SqliteFleetStore::Open(
    const sqlite::DatabaseOptions& options) {
  HOLDFAST_ASSIGN_OR_RETURN(auto db, sqlite::Database::Open(options));
  HOLDFAST_RETURN_IF_ERROR(db->Execute(kTuning));
  HOLDFAST_RETURN_IF_ERROR(sqlite::Migrate(*db, Migrations()));
  return std::unique_ptr<SqliteFleetStore>(new SqliteFleetStore(std::move(db)));
}

SqliteFleetStore::~SqliteFleetStore() = default;

absl::Status SqliteFleetStore::Begin() {
  HOLDFAST_ASSIGN_OR_RETURN(auto begin, db_->Prepare("BEGIN IMMEDIATE"));
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

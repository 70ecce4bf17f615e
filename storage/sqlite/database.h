// One SQLite connection with the settings every Holdfast store uses: WAL, synchronous=FULL (and F_FULLFSYNC
// on a Mac), foreign keys, a busy timeout. A Database and its statements belong to one thread at a time;
// other threads open their own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "storage/sqlite/statement.h"

struct sqlite3;

namespace holdfast::sqlite {

struct DatabaseOptions {
  std::string path;           // of the file; ":memory:" is a database that dies with the connection
  const char* vfs = nullptr;  // SQLite VFS name; nullptr: the default
  bool read_only = false;     // mode=ro: never creates, never writes
  bool create = true;         // when not read-only: make the file if it is absent
  absl::Duration busy_timeout = absl::Seconds(5);
  // The WAL is cut back to this after a checkpoint, so that one big transaction does not keep the disk.
  int64_t wal_size_limit = 8 << 20;
};

class Database {
 public:
  static absl::StatusOr<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // One or more statements without parameters; result rows are ignored.
  absl::Status Execute(absl::string_view sql);

  // Leases a statement, compiled once and kept: the lease resets it and gives it back. One statement only.
  // Every lease must end before the Database does.
  absl::StatusOr<Statement> Prepare(absl::string_view sql);

  // First column of the first row: for PRAGMAs and counts. NOT_FOUND when there is no row.
  absl::StatusOr<int64_t> QueryInt(absl::string_view sql);
  absl::StatusOr<std::string> QueryText(absl::string_view sql);

  // Rows changed by the last INSERT, UPDATE or DELETE.
  int64_t changes() const;
  int64_t last_insert_rowid() const;
  // Inside BEGIN ... COMMIT.
  bool in_transaction() const;
  const std::string& path() const { return path_; }

  // Moves the WAL's content into the database file and cuts the WAL to nothing; waits for readers as long as
  // the busy timeout says. UNAVAILABLE while one is in the way: nothing is lost, try later.
  absl::Status CheckpointTruncate();
  // Moves what it can without waiting for anyone; the next write begins the WAL anew when that was all.
  absl::Status CheckpointPassive();

  // Closing the last connection empties the WAL into the database, unless this was called: a damaged database
  // stays as it was found.
  void KeepWalOnClose(bool keep);

  // The status for `code`, with this connection's message and path.
  absl::Status Error(int code, absl::string_view doing) const;

  sqlite3* handle() { return db_; }

 private:
  friend class Statement;
  Database(sqlite3* db, std::string path) : db_(db), path_(std::move(path)) {}
  absl::Status Configure(const DatabaseOptions& options);
  absl::StatusOr<sqlite3_stmt*> Compile(absl::string_view sql);
  void GiveBack(sqlite3_stmt* statement);

  sqlite3* db_;
  std::string path_;
  // Idle statements by SQL text. Never iterated but to finalize.
  absl::flat_hash_map<std::string, std::vector<sqlite3_stmt*>> idle_;
};

}  // namespace holdfast::sqlite

#include "storage/sqlite/database.h"

#include <sqlite3.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/sqlite/status.h"

namespace holdfast::sqlite {
namespace {

// Statements that a lease gave back, kept per SQL text: nested use of one text needs more than one.
constexpr size_t kIdlePerText = 4;

absl::string_view FirstLine(absl::string_view sql) {
  return sql.substr(0, std::min(sql.find('\n'), size_t{80}));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  flags |= options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (options.create && !options.read_only) flags |= SQLITE_OPEN_CREATE;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(options.path.c_str(), &raw, flags, options.vfs);
  std::unique_ptr<Database> db(new Database(raw, options.path));  // owns the handle even when opening failed
  if (code != SQLITE_OK) return ToStatus(code, "open the database", options.path);
  HOLDFAST_RETURN_IF_ERROR(db->Configure(options));
  return db;
}

absl::Status Database::Configure(const DatabaseOptions& options) {
  sqlite3_busy_timeout(db_, static_cast<int>(absl::ToInt64Milliseconds(options.busy_timeout)));
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  HOLDFAST_RETURN_IF_ERROR(
      Execute("PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY"));
  if (options.read_only) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(const std::string mode, QueryText("PRAGMA journal_mode=WAL"));
  if (mode != "wal" && mode != "memory") {
    return absl::FailedPreconditionError(absl::StrCat("cannot switch ", path_,
                                                      " to write-ahead logging (it stays in mode ", mode,
                                                      "): put it on a local file system"));
  }
#ifdef __APPLE__
  // fsync on a Mac does not reach the medium.
  HOLDFAST_RETURN_IF_ERROR(Execute("PRAGMA fullfsync=ON; PRAGMA checkpoint_fullfsync=ON"));
#endif
  return Execute(absl::StrCat("PRAGMA synchronous=FULL; PRAGMA journal_size_limit=", options.wal_size_limit));
}

Database::~Database() {
  for (auto& [text, statements] : idle_) {
    for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
  }
  sqlite3_close_v2(db_);
}

absl::Status Database::Execute(absl::string_view sql) {
  const int code = sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code, absl::StrCat("run \"", FirstLine(sql), "\""));
}

absl::StatusOr<Statement> Database::Prepare(absl::string_view sql) {
  sql = absl::StripTrailingAsciiWhitespace(sql);  // as sqlite3_sql gives it back
  const auto found = idle_.find(sql);
  if (found != idle_.end() && !found->second.empty()) {
    sqlite3_stmt* statement = found->second.back();
    found->second.pop_back();
    return Statement(this, statement);
  }
  HOLDFAST_ASSIGN_OR_RETURN(sqlite3_stmt * statement, Compile(sql));
  return Statement(this, statement);
}

absl::StatusOr<sqlite3_stmt*> Database::Compile(absl::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, &tail);
  if (code != SQLITE_OK) return Error(code, absl::StrCat("prepare \"", FirstLine(sql), "\""));
  if (statement == nullptr || tail != sql.data() + sql.size()) {
    sqlite3_finalize(statement);
    return absl::InternalError(absl::StrCat("\"", FirstLine(sql), "\" is not one statement"));
  }
  return statement;
}

void Database::GiveBack(sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  const char* text = sqlite3_sql(statement);
  auto found = idle_.find(text);
  if (found == idle_.end()) found = idle_.try_emplace(text).first;
  if (found->second.size() < kIdlePerText) {
    found->second.push_back(statement);
  } else {
    sqlite3_finalize(statement);
  }
}

absl::StatusOr<int64_t> Database::QueryInt(absl::string_view sql) {
  HOLDFAST_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  HOLDFAST_ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row) return absl::NotFoundError(absl::StrCat("no row for \"", FirstLine(sql), "\" in ", path_));
  return statement.Int(0);
}

absl::StatusOr<std::string> Database::QueryText(absl::string_view sql) {
  HOLDFAST_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  HOLDFAST_ASSIGN_OR_RETURN(const bool row, statement.Step());
  if (!row) return absl::NotFoundError(absl::StrCat("no row for \"", FirstLine(sql), "\" in ", path_));
  return std::string(statement.Text(0));
}

int64_t Database::changes() const {
  return sqlite3_changes64(db_);
}
int64_t Database::last_insert_rowid() const {
  return sqlite3_last_insert_rowid(db_);
}
bool Database::in_transaction() const {
  return sqlite3_get_autocommit(db_) == 0;
}

absl::Status Database::CheckpointTruncate() {
  const int code = sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code, "checkpoint the write-ahead log");
}

absl::Status Database::CheckpointPassive() {
  const int code = sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : Error(code, "checkpoint the write-ahead log");
}

void Database::KeepWalOnClose(bool keep) {
  sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep ? 1 : 0, nullptr);
}

absl::Status Database::Error(int code, absl::string_view doing) const {
  return ToStatus(code, doing, path_, sqlite3_errmsg(db_));
}

}  // namespace holdfast::sqlite

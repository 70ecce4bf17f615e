#include "storage/sqlite/transaction.h"

#include <utility>

#include "base/error.h"

namespace holdfast::sqlite {
namespace {

absl::Status RunCached(Database& db, absl::string_view sql) {
  HOLDFAST_ASSIGN_OR_RETURN(Statement statement, db.Prepare(sql));
  return statement.Run();
}

}  // namespace

absl::StatusOr<Transaction> Transaction::Begin(Database& db) {
  HOLDFAST_RETURN_IF_ERROR(RunCached(db, "BEGIN IMMEDIATE"));
  return Transaction(&db);
}

Transaction::Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}

Transaction::~Transaction() {
  // A full disk or an I/O error may have rolled it back already. A rollback that fails leaves nothing to do:
  // the connection is in autocommit mode either way.
  if (db_ != nullptr && db_->in_transaction()) RunCached(*db_, "ROLLBACK").IgnoreError();
}

absl::Status Transaction::Commit() {
  HOLDFAST_RETURN_IF_ERROR(RunCached(*db_, "COMMIT"));
  db_ = nullptr;
  return absl::OkStatus();
}

}  // namespace holdfast::sqlite

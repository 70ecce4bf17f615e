// BEGIN IMMEDIATE ... COMMIT as an object: it rolls back when it goes out of scope uncommitted. The write
// lock is taken at once, so a transaction never fails halfway because another connection wrote first.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/sqlite/database.h"

namespace holdfast::sqlite {

class Transaction {
 public:
  static absl::StatusOr<Transaction> Begin(Database& db);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  // Durable when it returns OK. After an error nothing of the transaction was applied; the Database stays
  // usable.
  absl::Status Commit();

 private:
  explicit Transaction(Database* db) : db_(db) {}
  Database* db_;  // nullptr: over
};

}  // namespace holdfast::sqlite

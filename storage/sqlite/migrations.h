// A schema grows by numbered steps. PRAGMA user_version says which ones a file has; each step is applied
// together with its number in one transaction.
#pragma once

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "storage/sqlite/database.h"

namespace holdfast::sqlite {

struct Migration {
  int version = 0;                            // 1, 2, 3, ... without a hole
  const char* sql = nullptr;                  // one or more statements; released steps never change
  absl::Status (*code)(Database&) = nullptr;  // optional; runs after the SQL, in the same transaction
};

// Brings the file to the last step. FAILED_PRECONDITION naming both versions when the file is newer than
// that.
absl::Status Migrate(Database& db, absl::Span<const Migration> migrations);

}  // namespace holdfast::sqlite

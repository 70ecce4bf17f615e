// Runs of rows that are no longer stored. A run keeps the hash of its last row, so that the row behind it
// still chains from something.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "base/sha256.h"
#include "storage/sqlite/database.h"

namespace holdfast::journal {

struct Run {
  uint64_t first = 0;
  uint64_t last = 0;
  Sha256Digest hash{};  // of row `last`
};

// Records a run, joined with the runs it touches. Call it in the transaction that deletes the rows.
absl::Status AddRun(sqlite::Database& db, Run run);

}  // namespace holdfast::journal

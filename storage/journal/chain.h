// Verification of stored rows: every row's hash over all its columns and the row before it, no hole without a
// checkpoint, every row in every index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/journal/journal.h"
#include "storage/sqlite/database.h"

namespace holdfast::journal {

// Checks up to `max_rows` rows from `first` on. Gives the number behind the last one checked, or nothing when
// the head was reached and agrees with `head`. DATA_LOSS names the first bad row.
absl::StatusOr<std::optional<uint64_t>> VerifyRows(sqlite::Database& db, const Head& head, uint64_t first,
                                                   size_t max_rows);

// The check of an opening: the last `max_rows` rows lead to the head.
absl::Status VerifyTail(sqlite::Database& db, const Head& head, size_t max_rows);

}  // namespace holdfast::journal

// The tables of a journal file (docs/journal.md). Released steps never change; new ones are appended.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/migrations.h"

namespace holdfast::journal {

// PRAGMA application_id: "HFJ1".
inline constexpr int64_t kApplicationId = 0x48464a31;

absl::Span<const sqlite::Migration> Migrations();

// OK for a journal that this program can read, or (unless `read_only`) an empty file, which it brings to the
// newest schema. DATA_LOSS: some other file. FAILED_PRECONDITION: a newer one.
absl::Status PrepareSchema(sqlite::Database& db, bool read_only);

}  // namespace holdfast::journal

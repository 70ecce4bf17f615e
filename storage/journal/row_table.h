// Rows and head as they lie in the tables: what writer, reader, query and retention share. Functions over an
// open connection; they begin no transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/journal/journal.h"
#include "storage/journal/row.h"
#include "storage/sqlite/database.h"

namespace holdfast::journal {

// The columns that RowOf reads, in its order.
#define HOLDFAST_JOURNAL_COLUMNS "seq, boot, mono, wall, kind, payload_version, subject, payload, hash"

// The row a statement over HOLDFAST_JOURNAL_COLUMNS stands on. DATA_LOSS when a column cannot be what was
// written.
absl::StatusOr<Row> RowOf(const sqlite::Statement& statement, Epoch epoch);
// A 32-byte blob; DATA_LOSS for any other size.
absl::StatusOr<Sha256Digest> DigestOf(absl::string_view bytes);

absl::Status InsertRow(sqlite::Database& db, const Row& row);

struct HeadRecord {
  Head head;
  uint64_t acked = 0;
  bool clean = false;
};
// Nothing when the file has none yet.
absl::StatusOr<std::optional<HeadRecord>> LoadHead(sqlite::Database& db);
absl::Status SaveHead(sqlite::Database& db, const HeadRecord& record);

// Rows after `after` up to `max_rows` and `max_bytes` (at least one when there is one), stopping before a
// hole.
absl::StatusOr<std::vector<Row>> ReadRows(sqlite::Database& db, Epoch epoch, uint64_t after, size_t max_rows,
                                          size_t max_bytes);

// Hash of a stored row, of a checkpoint's last row, or kGenesis for 0; else NOT_FOUND.
absl::StatusOr<Sha256Digest> FindHash(sqlite::Database& db, uint64_t seq);

using MetaValues = std::vector<std::pair<std::string, std::string>>;
absl::StatusOr<MetaValues> LoadMeta(sqlite::Database& db);

}  // namespace holdfast::journal

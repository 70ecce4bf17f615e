#include "storage/journal/row_table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::journal {
namespace {

using sqlite::Blob;

absl::string_view View(const BootId& boot) {
  return {reinterpret_cast<const char*>(boot.bytes.data()), boot.bytes.size()};
}

// SQLite stores any type in any column, and a number wider than the row's field would lose bits on its way
// into the hash: both would hide a change.
absl::Status CheckIntegers(const sqlite::Statement& statement) {
  for (int column = 2; column <= 5; ++column) {
    if (!statement.IsInt(column)) return absl::DataLossError("a number is not stored as one");
  }
  for (int column = 4; column <= 5; ++column) {
    if (statement.U64(column) > UINT16_MAX)
      return absl::DataLossError("kind or payload version is out of range");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Sha256Digest> DigestOf(absl::string_view bytes) {
  Sha256Digest digest;
  if (bytes.size() != digest.size()) {
    return absl::DataLossError(absl::StrCat("a stored hash has ", bytes.size(), " bytes instead of 32"));
  }
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

absl::StatusOr<Row> RowOf(const sqlite::Statement& statement, Epoch epoch) {
  Row row;
  row.epoch = epoch;
  row.seq = statement.U64(0);
  const absl::string_view boot = statement.Bytes(1);
  if (boot.size() != row.at.boot.bytes.size()) {
    return absl::DataLossError(absl::StrCat("row ", row.seq, " has a boot id of ", boot.size(), " bytes"));
  }
  std::copy(boot.begin(), boot.end(), row.at.boot.bytes.begin());
  if (absl::Status status = CheckIntegers(statement); !status.ok()) {
    return Annotate(status, absl::StrCat("row ", row.seq));
  }
  row.at.mono.ns = statement.Int(2);
  row.at.wall.ns = statement.Int(3);
  row.kind = static_cast<uint16_t>(statement.Int(4));
  row.payload_version = static_cast<uint16_t>(statement.Int(5));
  row.subject = std::string(statement.Text(6));
  row.payload = std::string(statement.Bytes(7));
  absl::StatusOr<Sha256Digest> hash = DigestOf(statement.Bytes(8));
  if (!hash.ok()) return Annotate(hash.status(), absl::StrCat("row ", row.seq));
  row.hash = *hash;
  return row;
}

absl::Status InsertRow(sqlite::Database& db, const Row& row) {
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Statement insert, db.Prepare("INSERT INTO rows(" HOLDFAST_JOURNAL_COLUMNS
                                                                 ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  insert.Bind(1, row.seq).BindBorrowed(2, Blob{View(row.at.boot)});
  insert.Bind(3, row.at.mono.ns).Bind(4, row.at.wall.ns).Bind(5, row.kind).Bind(6, row.payload_version);
  insert.BindBorrowed(7, absl::string_view(row.subject)).BindBorrowed(8, Blob{row.payload});
  insert.BindBorrowed(9, Blob{AsBytes(row.hash)});
  return insert.Run();
}

absl::StatusOr<std::optional<HeadRecord>> LoadHead(sqlite::Database& db) {
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Statement select,
                            db.Prepare("SELECT epoch, seq, hash, acked, clean FROM head"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return std::nullopt;
  HeadRecord record;
  record.head.epoch = select.U64(0);
  record.head.seq = select.U64(1);
  HOLDFAST_ASSIGN_OR_RETURN(record.head.hash, DigestOf(select.Bytes(2)));
  record.acked = select.U64(3);
  record.clean = select.Int(4) != 0;
  return record;
}

absl::Status SaveHead(sqlite::Database& db, const HeadRecord& record) {
  HOLDFAST_ASSIGN_OR_RETURN(
      sqlite::Statement replace,
      db.Prepare("REPLACE INTO head(one, epoch, seq, hash, acked, clean) VALUES (1, ?, ?, ?, ?, ?)"));
  replace.BindAll(record.head.epoch, record.head.seq, Blob{AsBytes(record.head.hash)}, record.acked,
                  record.clean);
  return replace.Run();
}

absl::StatusOr<std::vector<Row>> ReadRows(sqlite::Database& db, Epoch epoch, uint64_t after, size_t max_rows,
                                          size_t max_bytes) {
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare("SELECT " HOLDFAST_JOURNAL_COLUMNS
                                                                 " FROM rows WHERE seq > ? ORDER BY seq"));
  select.Bind(1, after);
  std::vector<Row> rows;
  size_t bytes = 0;
  while (rows.size() < max_rows) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) break;
    HOLDFAST_ASSIGN_OR_RETURN(Row row, RowOf(select, epoch));
    bytes += row.subject.size() + row.payload.size();
    if (!rows.empty() && (bytes > max_bytes || row.seq != rows.back().seq + 1)) break;
    rows.push_back(std::move(row));
  }
  return rows;
}

absl::StatusOr<Sha256Digest> FindHash(sqlite::Database& db, uint64_t seq) {
  if (seq == 0) return kGenesis;
  HOLDFAST_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db.Prepare(
          "SELECT hash FROM rows WHERE seq = ?1 UNION ALL SELECT hash FROM checkpoints WHERE last = ?1"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Bind(1, seq).Step());
  if (!found) return absl::NotFoundError(absl::StrCat("the journal ", db.path(), " has no row ", seq));
  return DigestOf(select.Bytes(0));
}

absl::StatusOr<MetaValues> LoadMeta(sqlite::Database& db) {
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Statement select, db.Prepare("SELECT key, value FROM meta ORDER BY key"));
  MetaValues values;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return values;
    values.emplace_back(std::string(select.Text(0)), std::string(select.Bytes(1)));
  }
}

}  // namespace holdfast::journal

#include "storage/journal/chain.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/journal/row_table.h"

namespace holdfast::journal {
namespace {

absl::Status Bad(uint64_t seq, absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the chain is broken at row ", seq, ": ", what));
}

// What the row `seq` must chain from, when the row before it is not the one just checked.
absl::StatusOr<Sha256Digest> PreviousOf(sqlite::Database& db, uint64_t seq) {
  absl::StatusOr<Sha256Digest> hash = FindHash(db, seq - 1);
  if (absl::IsNotFound(hash.status())) return Bad(seq, "the row before it is missing");
  return hash;
}

absl::Status InEveryIndex(sqlite::Database& db, const Row& row) {
  HOLDFAST_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db.Prepare("SELECT EXISTS(SELECT 1 FROM rows INDEXED BY rows_by_kind WHERE kind = ?2 AND seq = ?1)"
                 " AND EXISTS(SELECT 1 FROM rows INDEXED BY rows_by_wall WHERE wall = ?3 AND seq = ?1)"
                 " AND (?4 = '' OR EXISTS(SELECT 1 FROM rows INDEXED BY rows_by_subject"
                 " WHERE subject = ?4 AND subject <> '' AND seq = ?1))"));
  select.Bind(1, row.seq).Bind(2, row.kind).Bind(3, row.at.wall.ns);
  select.BindBorrowed(4, absl::string_view(row.subject));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Step());
  return found && select.Int(0) != 0 ? absl::OkStatus() : Bad(row.seq, "an index lacks it");
}

absl::Status AtHead(const Head& head, uint64_t last, const Sha256Digest& hash) {
  if (last != head.seq) {
    return absl::DataLossError(
        absl::StrCat("the journal ends at row ", last, " and its head says ", head.seq));
  }
  return hash == head.hash ? absl::OkStatus() : Bad(last, "its hash is not the head's");
}

}  // namespace

absl::StatusOr<std::optional<uint64_t>> VerifyRows(sqlite::Database& db, const Head& head, uint64_t first,
                                                   size_t max_rows) {
  HOLDFAST_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db.Prepare("SELECT " HOLDFAST_JOURNAL_COLUMNS " FROM rows WHERE seq >= ? ORDER BY seq LIMIT ?"));
  select.Bind(1, first).Bind(2, max_rows);
  uint64_t last = 0;
  Sha256Digest hash = kGenesis;
  for (size_t checked = 0; checked < max_rows; ++checked) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) {
      if (checked == 0 && first == head.seq + 1) {  // the slice before ended at the head
        HOLDFAST_ASSIGN_OR_RETURN(hash, PreviousOf(db, first));
        last = head.seq;
      }
      HOLDFAST_RETURN_IF_ERROR(AtHead(head, last, hash));
      return std::nullopt;
    }
    HOLDFAST_ASSIGN_OR_RETURN(const Row row, RowOf(select, head.epoch));
    if (checked == 0 || row.seq != last + 1) {
      HOLDFAST_ASSIGN_OR_RETURN(hash, PreviousOf(db, row.seq));
    }
    if (HashOf(row, hash) != row.hash) return Bad(row.seq, "its content does not match its hash");
    HOLDFAST_RETURN_IF_ERROR(InEveryIndex(db, row));
    last = row.seq;
    hash = row.hash;
  }
  return last + 1;
}

absl::Status VerifyTail(sqlite::Database& db, const Head& head, size_t max_rows) {
  HOLDFAST_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db.Prepare("SELECT min(seq) FROM (SELECT seq FROM rows ORDER BY seq DESC LIMIT ?)"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Bind(1, max_rows).Step());
  const uint64_t first = found ? select.U64(0) : 0;
  HOLDFAST_ASSIGN_OR_RETURN(const std::optional<uint64_t> more, VerifyRows(db, head, first, max_rows + 1));
  if (more) return absl::DataLossError("the journal changed while it was checked");
  return absl::OkStatus();
}

}  // namespace holdfast::journal

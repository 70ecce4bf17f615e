#include "storage/journal/checkpoints.h"

#include "base/error.h"
#include "storage/journal/row_table.h"

namespace holdfast::journal {
namespace {

// The run that ends right before `run` begins, joined into it.
absl::Status JoinBefore(sqlite::Database& db, Run& run) {
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Statement select,
                            db.Prepare("SELECT first FROM checkpoints WHERE last = ?"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Bind(1, run.first - 1).Step());
  if (!found) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Statement remove, db.Prepare("DELETE FROM checkpoints WHERE last = ?"));
  HOLDFAST_RETURN_IF_ERROR(remove.Bind(1, run.first - 1).Run());
  run.first = select.U64(0);
  return absl::OkStatus();
}

// The run that begins right behind `run`: it keeps its end and its hash.
absl::Status JoinBehind(sqlite::Database& db, Run& run) {
  HOLDFAST_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db.Prepare("SELECT first, last, hash FROM checkpoints WHERE last > ? ORDER BY last LIMIT 1"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Bind(1, run.last).Step());
  if (!found || select.U64(0) != run.last + 1) return absl::OkStatus();
  run.last = select.U64(1);
  HOLDFAST_ASSIGN_OR_RETURN(run.hash, DigestOf(select.Bytes(2)));
  return absl::OkStatus();
}

}  // namespace

absl::Status AddRun(sqlite::Database& db, Run run) {
  HOLDFAST_RETURN_IF_ERROR(JoinBefore(db, run));
  HOLDFAST_RETURN_IF_ERROR(JoinBehind(db, run));
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Statement replace,
                            db.Prepare("REPLACE INTO checkpoints(last, first, hash) VALUES (?, ?, ?)"));
  return replace.BindAll(run.last, run.first, sqlite::Blob{AsBytes(run.hash)}).Run();
}

}  // namespace holdfast::journal

#include "storage/sqlite/migrations.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/sqlite/transaction.h"

namespace holdfast::sqlite {
namespace {

absl::Status Apply(Database& db, const Migration& step) {
  HOLDFAST_ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(db));
  // Read again under the write lock: another process may have been faster.
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t version, db.QueryInt("PRAGMA user_version"));
  if (version >= step.version) return absl::OkStatus();
  if (step.sql != nullptr) HOLDFAST_RETURN_IF_ERROR(db.Execute(step.sql));
  if (step.code != nullptr) HOLDFAST_RETURN_IF_ERROR(step.code(db));
  HOLDFAST_RETURN_IF_ERROR(db.Execute(absl::StrCat("PRAGMA user_version=", step.version)));
  return transaction.Commit();
}

}  // namespace

absl::Status Migrate(Database& db, absl::Span<const Migration> migrations) {
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t version, db.QueryInt("PRAGMA user_version"));
  const int newest = migrations.empty() ? 0 : migrations.back().version;
  if (version > newest) {
    return absl::FailedPreconditionError(absl::StrCat("cannot use ", db.path(), ": its schema is version ",
                                                      version, " and this program knows up to ", newest,
                                                      "; install the newer program again"));
  }
  for (const Migration& step : migrations) {
    if (step.version <= version) continue;
    if (absl::Status status = Apply(db, step); !status.ok()) {
      return Annotate(status, absl::StrCat("migrating ", db.path(), " to schema version ", step.version));
    }
  }
  return absl::OkStatus();
}

}  // namespace holdfast::sqlite

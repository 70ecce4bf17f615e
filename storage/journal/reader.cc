#include "storage/journal/reader.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/journal/chain.h"
#include "storage/journal/query.h"
#include "storage/journal/row_table.h"
#include "storage/journal/schema.h"

namespace holdfast::journal {
namespace {

// Ends when it leaves scope: reads of one call see one state of the file.
class Snapshot {
 public:
  explicit Snapshot(sqlite::Database& db) : db_(db), status_(db.Execute("BEGIN")) {}
  ~Snapshot() {
    if (status_.ok()) db_.Execute("ROLLBACK").IgnoreError();
  }
  absl::StatusOr<HeadRecord> Begin() {
    HOLDFAST_RETURN_IF_ERROR(status_);
    HOLDFAST_ASSIGN_OR_RETURN(const std::optional<HeadRecord> record, LoadHead(db_));
    if (!record) return absl::NotFoundError(absl::StrCat("the journal ", db_.path(), " has no row yet"));
    return *record;
  }

 private:
  sqlite::Database& db_;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Reader>> Reader::Open(const std::string& path, const char* vfs) {
  HOLDFAST_ASSIGN_OR_RETURN(std::unique_ptr<sqlite::Database> db,
                            sqlite::Database::Open({.path = path, .vfs = vfs, .read_only = true}));
  HOLDFAST_RETURN_IF_ERROR(PrepareSchema(*db, /*read_only=*/true));
  return std::unique_ptr<Reader>(new Reader(std::move(db)));
}

absl::StatusOr<Head> Reader::head() const {
  Snapshot snapshot(*db_);
  HOLDFAST_ASSIGN_OR_RETURN(const HeadRecord record, snapshot.Begin());
  return record.head;
}

absl::StatusOr<uint64_t> Reader::acked_through() const {
  Snapshot snapshot(*db_);
  HOLDFAST_ASSIGN_OR_RETURN(const HeadRecord record, snapshot.Begin());
  return record.acked;
}

absl::StatusOr<std::vector<Row>> Reader::Query(const Filter& filter) const {
  Snapshot snapshot(*db_);
  HOLDFAST_ASSIGN_OR_RETURN(const HeadRecord record, snapshot.Begin());
  return RunQuery(*db_, record.head.epoch, filter);
}

absl::StatusOr<std::vector<Row>> Reader::ReadAfter(uint64_t after, size_t max_rows, size_t max_bytes) const {
  Snapshot snapshot(*db_);
  HOLDFAST_ASSIGN_OR_RETURN(const HeadRecord record, snapshot.Begin());
  return ReadRows(*db_, record.head.epoch, after, max_rows, max_bytes);
}

absl::StatusOr<Sha256Digest> Reader::HashAt(uint64_t seq) const {
  return FindHash(*db_, seq);
}

absl::StatusOr<std::optional<uint64_t>> Reader::Verify(uint64_t first, size_t max_rows) const {
  Snapshot snapshot(*db_);
  HOLDFAST_ASSIGN_OR_RETURN(const HeadRecord record, snapshot.Begin());
  return VerifyRows(*db_, record.head, first, max_rows);
}

}  // namespace holdfast::journal

#include "storage/journal/writer.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "storage/journal/chain.h"
#include "storage/journal/query.h"
#include "storage/journal/set_aside.h"
#include "storage/sqlite/transaction.h"

namespace holdfast::journal {
namespace {

// One Prune: some ten milliseconds.
constexpr size_t kPruneRows = 2000;

absl::Status CheckDraft(const Draft& draft) {
  if (draft.subject.size() > kMaxSubject) {
    return absl::InvalidArgumentError(
        absl::StrCat("a row's subject has ", draft.subject.size(), " bytes; at most ", kMaxSubject, " fit"));
  }
  if (draft.payload.size() > kMaxPayload) {
    return absl::InvalidArgumentError(
        absl::StrCat("a row's payload has ", draft.payload.size(), " bytes; at most ", kMaxPayload, " fit"));
  }
  return absl::OkStatus();
}

// Numbers and chains drafts behind `head`, which moves on.
absl::StatusOr<std::vector<Row>> Chain(const std::vector<Draft>& drafts, Head& head) {
  std::vector<Row> rows;
  rows.reserve(drafts.size());
  for (const Draft& draft : drafts) {
    HOLDFAST_RETURN_IF_ERROR(CheckDraft(draft));
    Row row{.epoch = head.epoch,
            .seq = head.seq + 1,
            .at = draft.at,
            .kind = draft.kind,
            .payload_version = draft.payload_version,
            .subject = draft.subject,
            .payload = draft.payload};
    row.hash = HashOf(row, head.hash);
    head.seq = row.seq;
    head.hash = row.hash;
    rows.push_back(std::move(row));
  }
  return rows;
}

absl::Status Insert(sqlite::Database& db, const std::vector<Row>& rows, const HeadRecord& after) {
  for (const Row& row : rows) HOLDFAST_RETURN_IF_ERROR(InsertRow(db, row));
  return SaveHead(db, after);
}

absl::Status PutMeta(sqlite::Database& db, const std::string& key, const std::string& value) {
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Statement replace,
                            db.Prepare("REPLACE INTO meta(key, value) VALUES (?, ?)"));
  return replace.BindAll(key, sqlite::Blob{value}).Run();
}

Draft OwnRow(const OpenOptions& options, uint16_t kind, std::string payload) {
  return {.at = options.clock->Now(), .kind = kind, .payload = std::move(payload)};
}

std::string PayloadOf(const OpenOptions& options, const Dropped& dropped) {
  if (dropped.acknowledged) {
    return options.encode_pruned ? options.encode_pruned(dropped.last, dropped.last_hash) : "";
  }
  return options.encode_gap
             ? options.encode_gap(dropped.first, dropped.last, dropped.count, dropped.last_hash)
             : "";
}

}  // namespace

absl::StatusOr<HeadRecord> BeginJournal(sqlite::Database& db, const OpenOptions& options,
                                        const std::string& reason, std::optional<Epoch> previous,
                                        const MetaValues& meta) {
  HeadRecord record;
  while (record.head.epoch == 0) record.head.epoch = options.random->Next64();
  const std::string payload = options.encode_epoch_began ? options.encode_epoch_began(reason, previous) : "";
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                            Chain({OwnRow(options, kKindEpochBegan, payload)}, record.head));
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Transaction transaction, sqlite::Transaction::Begin(db));
  HOLDFAST_RETURN_IF_ERROR(Insert(db, rows, record));
  for (const auto& [key, value] : meta) HOLDFAST_RETURN_IF_ERROR(PutMeta(db, key, value));
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  return record;
}

Writer::Writer(OpenOptions options, std::unique_ptr<sqlite::FileLock> lock,
               std::unique_ptr<sqlite::Database> db, const HeadRecord& record)
    : options_(std::move(options)),
      lock_(std::move(lock)),
      db_(std::move(db)),
      record_(record),
      retention_(options_.keep_longer) {
  record_.clean = false;
}

absl::Status Writer::MarkOpen() {
  const absl::Status status = Commit({}, record_);
  return absl::IsResourceExhausted(status) ? absl::OkStatus() : status;
}

absl::Status Writer::Usable() const {
  if (db_ != nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the journal ", options_.path, " is closed"));
}

absl::Status Writer::Commit(const std::vector<Row>& rows, const HeadRecord& after) {
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Transaction transaction, sqlite::Transaction::Begin(*db_));
  HOLDFAST_RETURN_IF_ERROR(Insert(*db_, rows, after));
  return transaction.Commit();
}

absl::StatusOr<std::vector<Row>> Writer::Append(const std::vector<Draft>& drafts) {
  HOLDFAST_RETURN_IF_ERROR(Usable());
  HeadRecord after = record_;
  HOLDFAST_ASSIGN_OR_RETURN(std::vector<Row> rows, Chain(drafts, after.head));
  if (rows.empty()) return rows;
  absl::Status status = Commit(rows, after);
  if (absl::IsResourceExhausted(status)) {
    // Once its content is in the database, the write-ahead log's own space can hold this transaction.
    db_->CheckpointPassive().IgnoreError();
    status = Commit(rows, after);
  }
  if (!status.ok()) return Annotate(status, absl::StrCat("appending ", rows.size(), " rows to the journal"));
  record_ = after;
  return rows;
}

absl::Status Writer::SetAcked(Epoch epoch, uint64_t through) {
  HOLDFAST_RETURN_IF_ERROR(Usable());
  if (epoch != record_.head.epoch) {
    return absl::FailedPreconditionError(absl::StrCat("acknowledgement for epoch ", EpochToString(epoch),
                                                      "; the journal is in epoch ",
                                                      EpochToString(record_.head.epoch)));
  }
  if (through > record_.head.seq) {
    return absl::InvalidArgumentError(absl::StrCat("acknowledgement through row ", through,
                                                   "; the journal ends at row ", record_.head.seq));
  }
  if (through <= record_.acked) return absl::OkStatus();
  HeadRecord after = record_;
  after.acked = through;
  HOLDFAST_RETURN_IF_ERROR(Commit({}, after));
  record_ = after;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Row>> Writer::ReadAfter(uint64_t after, size_t max_rows, size_t max_bytes) const {
  HOLDFAST_RETURN_IF_ERROR(Usable());
  return ReadRows(*db_, record_.head.epoch, after, max_rows, max_bytes);
}

absl::StatusOr<Sha256Digest> Writer::HashAt(uint64_t seq) const {
  HOLDFAST_RETURN_IF_ERROR(Usable());
  if (seq == record_.head.seq) return record_.head.hash;
  return FindHash(*db_, seq);
}

absl::StatusOr<std::vector<Row>> Writer::Query(const Filter& filter) const {
  HOLDFAST_RETURN_IF_ERROR(Usable());
  return RunQuery(*db_, record_.head.epoch, filter);
}

absl::StatusOr<bool> Writer::Prune(const RetentionLimits& limits) {
  HOLDFAST_RETURN_IF_ERROR(Usable());
  absl::StatusOr<bool> more = PruneSlice(limits);
  if (!more.ok()) {
    retention_.Forget();
    return Annotate(more.status(), "pruning the journal");
  }
  return more;
}

absl::StatusOr<bool> Writer::PruneSlice(const RetentionLimits& limits) {
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Transaction transaction, sqlite::Transaction::Begin(*db_));
  HOLDFAST_ASSIGN_OR_RETURN(const std::optional<Dropped> dropped,
                            retention_.DropSlice(*db_, record_.head, record_.acked, limits, kPruneRows));
  if (!dropped) return false;
  HeadRecord after = record_;
  const uint16_t kind = dropped->acknowledged ? kKindPruned : kKindGap;
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<Row> rows,
                            Chain({OwnRow(options_, kind, PayloadOf(options_, *dropped))}, after.head));
  HOLDFAST_RETURN_IF_ERROR(Insert(*db_, rows, after));
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  record_ = after;
  return true;
}

absl::Status Writer::SetMeta(const std::string& key, const std::string& value) {
  HOLDFAST_RETURN_IF_ERROR(Usable());
  return PutMeta(*db_, key, value);
}

absl::StatusOr<std::optional<std::string>> Writer::GetMeta(const std::string& key) const {
  HOLDFAST_RETURN_IF_ERROR(Usable());
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Statement select, db_->Prepare("SELECT value FROM meta WHERE key = ?"));
  HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Bind(1, key).Step());
  if (!found) return std::nullopt;
  return std::string(select.Bytes(0));
}

absl::StatusOr<bool> Writer::VerifySlice(size_t rows) {
  HOLDFAST_RETURN_IF_ERROR(Usable());
  const uint64_t first = std::exchange(verify_next_, 0);
  HOLDFAST_ASSIGN_OR_RETURN(const std::optional<uint64_t> next,
                            VerifyRows(*db_, record_.head, first, std::max<size_t>(rows, 1)));
  verify_next_ = next.value_or(0);
  return next.has_value();
}

absl::Status Writer::BeginEpoch(const std::string& reason) {
  HOLDFAST_RETURN_IF_ERROR(Usable());
  HOLDFAST_ASSIGN_OR_RETURN(const MetaValues meta, LoadMeta(*db_));
  HOLDFAST_RETURN_IF_ERROR(DiscardNext(*options_.files, options_.path));
  HOLDFAST_ASSIGN_OR_RETURN(OpenedFile next, OpenFile(options_, NextPath(options_.path)));
  HOLDFAST_RETURN_IF_ERROR(BeginJournal(*next.db, options_, reason, record_.head.epoch, meta).status());
  HOLDFAST_RETURN_IF_ERROR(next.db->CheckpointTruncate());
  next.db.reset();
  const absl::Status replaced =
      ReplaceFile(absl::StrCat(options_.path, ".", EpochToString(record_.head.epoch)));
  HOLDFAST_RETURN_IF_ERROR(Reopen());
  return replaced;
}

absl::Status Writer::ReplaceFile(const std::string& old_path) {
  HeadRecord closed = record_;
  closed.clean = true;
  HOLDFAST_RETURN_IF_ERROR(Commit({}, closed));
  db_->CheckpointTruncate().IgnoreError();  // a reader may be in the way: the WAL moves along
  db_.reset();
  HOLDFAST_RETURN_IF_ERROR(MoveDatabase(*options_.files, options_.path, old_path));
  return MoveDatabase(*options_.files, NextPath(options_.path), options_.path);
}

absl::Status Writer::Reopen() {
  db_.reset();
  HOLDFAST_RETURN_IF_ERROR(FinishMoves(*options_.files, options_.path, options_.clock->Now().wall));
  HOLDFAST_ASSIGN_OR_RETURN(OpenedFile opened, OpenFile(options_, options_.path));
  if (!opened.record) return absl::DataLossError(absl::StrCat("the journal ", options_.path, " is empty"));
  db_ = std::move(opened.db);
  record_ = *opened.record;
  record_.clean = false;
  retention_ = Retention(options_.keep_longer);
  verify_next_ = 0;
  return absl::OkStatus();
}

absl::Status Writer::Close() {
  HOLDFAST_RETURN_IF_ERROR(Usable());
  HeadRecord closed = record_;
  closed.clean = true;
  const absl::Status marked = Commit({}, closed);
  db_->CheckpointTruncate().IgnoreError();  // the next opening does it
  db_.reset();
  lock_.reset();
  return marked;
}

}  // namespace holdfast::journal

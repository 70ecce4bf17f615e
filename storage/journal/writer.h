// The one implementation of Journal.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/journal/journal.h"
#include "storage/journal/retention.h"
#include "storage/journal/row_table.h"
#include "storage/sqlite/database.h"

namespace holdfast::journal {

// Opens PATH as a journal file, or makes it one: schema, head and the last rows are checked. DATA_LOSS when
// it must be set aside.
struct OpenedFile {
  std::unique_ptr<sqlite::Database> db;
  std::optional<HeadRecord> record;  // nothing: an empty journal, to be begun
};
absl::StatusOr<OpenedFile> OpenFile(const OpenOptions& options, const std::string& path);

// Begins a new epoch in an empty journal: head, meta values and the EpochBegan row in one transaction.
absl::StatusOr<HeadRecord> BeginJournal(sqlite::Database& db, const OpenOptions& options,
                                        const std::string& reason, std::optional<Epoch> previous,
                                        const MetaValues& meta);

class Writer final : public Journal {
 public:
  // Takes over an opened file; `lock` is held as long as the Writer lives.
  Writer(OpenOptions options, std::unique_ptr<sqlite::FileLock> lock, std::unique_ptr<sqlite::Database> db,
         const HeadRecord& record);

  // Makes a crash from here on an unclean stop. A full disk is no error: the next append does it.
  absl::Status MarkOpen();

  absl::StatusOr<std::vector<Row>> Append(const std::vector<Draft>& drafts) override;
  Head head() const override { return record_.head; }
  uint64_t acked_through() const override { return record_.acked; }
  absl::Status SetAcked(Epoch epoch, uint64_t through) override;
  absl::StatusOr<std::vector<Row>> ReadAfter(uint64_t after, size_t max_rows,
                                             size_t max_bytes) const override;
  absl::StatusOr<Sha256Digest> HashAt(uint64_t seq) const override;
  absl::StatusOr<std::vector<Row>> Query(const Filter& filter) const override;
  absl::StatusOr<bool> Prune(const RetentionLimits& limits) override;
  absl::Status SetMeta(const std::string& key, const std::string& value) override;
  absl::StatusOr<std::optional<std::string>> GetMeta(const std::string& key) const override;
  absl::StatusOr<bool> VerifySlice(size_t rows) override;
  absl::Status BeginEpoch(const std::string& reason) override;
  absl::Status Close() override;

 private:
  absl::Status Usable() const;
  absl::Status Commit(const std::vector<Row>& rows, const HeadRecord& after);
  absl::StatusOr<bool> PruneSlice(const RetentionLimits& limits);
  absl::Status ReplaceFile(const std::string& old_path);
  absl::Status Reopen();

  OpenOptions options_;
  std::unique_ptr<sqlite::FileLock> lock_;
  std::unique_ptr<sqlite::Database> db_;  // nullptr after Close
  HeadRecord record_;
  Retention retention_;
  uint64_t verify_next_ = 0;
};

}  // namespace holdfast::journal

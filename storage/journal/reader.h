// Read-only access to a journal for another thread or process (holdfastctl without a daemon, exports,
// osquery's kin). Every call is one short transaction, so a reader never keeps the writer from checkpointing.
// A Reader belongs to one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/journal/journal.h"
#include "storage/sqlite/database.h"

namespace holdfast::journal {

class Reader {
 public:
  // NOT_FOUND: no such file. PERMISSION_DENIED: may not read it. DATA_LOSS: damaged, or not a journal.
  // FAILED_PRECONDITION: written by a newer program.
  static absl::StatusOr<std::unique_ptr<Reader>> Open(const std::string& path, const char* vfs = nullptr);

  absl::StatusOr<Head> head() const;
  absl::StatusOr<uint64_t> acked_through() const;
  // As the calls of Journal.
  absl::StatusOr<std::vector<Row>> Query(const Filter& filter) const;
  absl::StatusOr<std::vector<Row>> ReadAfter(uint64_t after, size_t max_rows, size_t max_bytes) const;
  absl::StatusOr<Sha256Digest> HashAt(uint64_t seq) const;
  // Checks `max_rows` rows from `first` on; the number to go on with, nothing at the end. DATA_LOSS names the
  // first bad row.
  absl::StatusOr<std::optional<uint64_t>> Verify(uint64_t first, size_t max_rows) const;

 private:
  explicit Reader(std::unique_ptr<sqlite::Database> db) : db_(std::move(db)) {}
  std::unique_ptr<sqlite::Database> db_;
};

}  // namespace holdfast::journal

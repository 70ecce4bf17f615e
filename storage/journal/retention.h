// What goes when the journal is too old or too big. One slice is one transaction's worth of deletions; the
// caller commits it together with the row that says what happened.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "storage/journal/checkpoints.h"
#include "storage/journal/journal.h"
#include "storage/sqlite/database.h"

namespace holdfast::journal {

// What one slice deleted.
struct Dropped {
  bool acknowledged = true;  // all of the run, from the beginning of the journal; else unacknowledged rows
  uint64_t first = 0, last = 0;
  uint64_t count = 0;
  Sha256Digest last_hash{};
};

class Retention {
 public:
  explicit Retention(std::function<bool(uint16_t kind)> keep_longer) : keep_longer_(std::move(keep_longer)) {}

  // Deletes about `max_rows` rows inside the caller's transaction, and records their runs. Nothing when
  // nothing has to go. Never takes the head.
  absl::StatusOr<std::optional<Dropped>> DropSlice(sqlite::Database& db, const Head& head, uint64_t acked,
                                                   const RetentionLimits& limits, size_t max_rows);
  // What a slice learned about the rows is void: its transaction was rolled back.
  void Forget() { keepers_through_ = 0; }

 private:
  struct Pass {
    uint64_t after = 0;              // rows above this one
    uint64_t through = 0;            // and up to this one
    bool everything = false;         // also what is kept longer
    std::optional<WallTime> oldest;  // stop at the first row that is not older; else at the target size
    int64_t target_bytes = 0;
  };
  absl::StatusOr<std::optional<Dropped>> RunPass(sqlite::Database& db, const Pass& pass, size_t max_rows);
  absl::StatusOr<std::optional<Dropped>> ForSize(sqlite::Database& db, const Head& head, uint64_t acked,
                                                 int64_t target_bytes, size_t max_rows);
  absl::StatusOr<std::optional<Dropped>> Unacknowledged(sqlite::Database& db, const Head& head,
                                                        uint64_t acked, int64_t target_bytes,
                                                        size_t max_rows);
  bool Goes(const Pass& pass, uint16_t kind) const;

  std::function<bool(uint16_t kind)> keep_longer_;
  uint64_t keepers_through_ = 0;  // unacknowledged rows up to here are all kept longer: no need to look again
  bool shrinking_ = false;        // the limit was passed and the target is not reached yet
};

// Bytes of the pages that hold something.
absl::StatusOr<int64_t> LiveBytes(sqlite::Database& db);

}  // namespace holdfast::journal

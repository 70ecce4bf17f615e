// The device's log: history, outbox and audit trail in one SQLite file. One writer; rows are durable when
// Append returns OK (WAL, synchronous=FULL). What the server has not acknowledged are the rows above
// acked_through: there is no second copy. A Journal belongs to one thread; readers of other threads or
// processes open their own read-only Reader.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/random.h"
#include "base/time.h"
#include "storage/journal/row.h"
#include "storage/sqlite/files.h"

namespace holdfast::journal {

// A row before it has a number: what the writer is asked to add.
struct Draft {
  Stamp at;
  uint16_t kind = 0;
  uint16_t payload_version = 1;
  std::string subject;
  std::string payload;
};

struct Head {
  Epoch epoch = 0;
  uint64_t seq = 0;  // of the newest row; 0 when the epoch has none
  Sha256Digest hash{};
};

struct OpenOptions {
  std::string path;                // of the database file; its folder must exist
  const char* vfs = nullptr;       // SQLite VFS name; nullptr: the default
  RandomSource* random = nullptr;  // makes epochs; required
  const Clock* clock = nullptr;    // stamps the rows the journal writes about itself; required
  // Payload of the journal's own rows (EpochBegan, Gap, Pruned): encoded by the caller, so that storage knows
  // no protobuf.
  std::function<std::string(const std::string& reason, std::optional<uint64_t> previous_epoch)>
      encode_epoch_began;
  std::function<std::string(uint64_t first, uint64_t last, uint64_t count, const Sha256Digest& last_hash)>
      encode_gap;
  std::function<std::string(uint64_t through, const Sha256Digest& hash)> encode_pruned;
  // Kinds that are dropped last when unacknowledged rows must go (violations, incidents, overrides); empty:
  // none.
  std::function<bool(uint16_t kind)> keep_longer;
  // Rename and lock beside the VFS; nullptr: the machine's. A VFS of one's own needs its own Files.
  sqlite::Files* files = nullptr;
};

struct OpenReport {
  bool created = false;
  bool clean = true;                    // the last writer closed it
  std::string set_aside;                // path of the corrupt file that was moved away; empty when none
  std::string corruption;               // what SQLite or the chain check said
  std::optional<Epoch> previous_epoch;  // of the file that was set aside, where it could be read
};

struct Filter {
  uint64_t after_seq = 0;
  std::optional<WallTime> from;
  std::vector<uint16_t> kinds;  // empty: all
  std::string subject;          // empty: all
  int limit = 1000;
  bool newest_first = false;
};

// What goes when the journal is too old or too big, leaving a Pruned or a Gap row. Of unacknowledged rows
// violations and incidents go last.
struct RetentionLimits {
  // Acknowledged rows before the first one stamped at or after this go. A row from a clock that ran ahead
  // holds up those behind it, so that a jump of the clock deletes nothing; the size limits still hold.
  WallTime oldest;
  // Of the pages that hold something: above it the oldest acknowledged rows go, then unacknowledged ones.
  int64_t max_bytes = INT64_MAX;
  // Of the rows that are not acknowledged.
  int64_t max_unacknowledged_bytes = INT64_MAX;
};

class Journal {
 public:
  // Opens or creates. A file that is not a journal, or is corrupt, is set aside (renamed, never deleted) and
  // a new epoch begins with an EpochBegan row that says so. A second writer on the same file is
  // FAILED_PRECONDITION naming the path and, where known, the pid.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const OpenOptions& options, OpenReport* report);
  virtual ~Journal() = default;

  // Appends in order, in one transaction. All or none. RESOURCE_EXHAUSTED when the disk is full: nothing was
  // added, the journal stays usable.
  virtual absl::StatusOr<std::vector<Row>> Append(const std::vector<Draft>& drafts) = 0;

  virtual Head head() const = 0;
  virtual uint64_t acked_through() const = 0;
  // Durable before it returns. Never goes back within an epoch; a number above the head is INVALID_ARGUMENT.
  virtual absl::Status SetAcked(Epoch epoch, uint64_t through) = 0;

  // Rows after `after`, ascending, until `max_bytes` of payload or `max_rows` (at least one row when there is
  // one). Stops before a hole that Prune left, so that the rows of one answer are consecutive; the next call
  // goes on behind it.
  virtual absl::StatusOr<std::vector<Row>> ReadAfter(uint64_t after, size_t max_rows,
                                                     size_t max_bytes) const = 0;
  // Hash of row `seq`; kGenesis for 0; the checkpoint's hash for the last pruned or dropped row; else
  // NOT_FOUND.
  virtual absl::StatusOr<Sha256Digest> HashAt(uint64_t seq) const = 0;
  virtual absl::StatusOr<std::vector<Row>> Query(const Filter& filter) const = 0;

  // Deletes what `limits` say. Does a bounded slice of work; true when there is more. A Gap row's range may
  // have survivors inside: `count` says how many rows are gone.
  virtual absl::StatusOr<bool> Prune(const RetentionLimits& limits) = 0;

  // Small durable values beside the log: device id, message number, last alive. Survive pruning; not hashed.
  virtual absl::Status SetMeta(const std::string& key, const std::string& value) = 0;
  virtual absl::StatusOr<std::optional<std::string>> GetMeta(const std::string& key) const = 0;

  // Checks chain and indexes from the oldest stored row, `rows` at a time: DATA_LOSS names the first bad row.
  // True when there is more; false at the end, and the next call begins again.
  virtual absl::StatusOr<bool> VerifySlice(size_t rows) = 0;

  // Starts a new epoch in a new file; the old one is set aside as PATH.EPOCH (re-enrollment, clone). Meta
  // values are carried over. After an error the old epoch goes on.
  virtual absl::Status BeginEpoch(const std::string& reason) = 0;

  // Marks a clean stop; every later call is FAILED_PRECONDITION. The destructor does not mark it.
  virtual absl::Status Close() = 0;
};

}  // namespace holdfast::journal

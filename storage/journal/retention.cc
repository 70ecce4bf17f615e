#include "storage/journal/retention.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "storage/journal/row_table.h"

namespace holdfast::journal {
namespace {

// Above the limit the journal shrinks to 95 % of it, so that not every append finds it full again.
int64_t TargetBytes(int64_t max_bytes) {
  return max_bytes - max_bytes / 20;
}

// How many rows a pass reads, and deletes, before it asks how much is left: pages come free a few rows at a
// time.
constexpr size_t kChunk = 64;

// What a row takes beside its payload and subject: hash, boot, numbers, and its places in the indexes.
constexpr int64_t kRowBytes = 120;

struct Stored {
  uint64_t seq = 0;
  WallTime wall;
  uint16_t kind = 0;
  Sha256Digest hash{};
};

absl::StatusOr<std::vector<Stored>> ReadRows(sqlite::Database& db, uint64_t after, uint64_t through,
                                             size_t most) {
  HOLDFAST_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db.Prepare("SELECT seq, wall, kind, hash FROM rows WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"));
  select.BindAll(after, through, most);
  std::vector<Stored> rows;
  while (true) {
    HOLDFAST_ASSIGN_OR_RETURN(const bool found, select.Step());
    if (!found) return rows;
    Stored row{select.U64(0), {select.Int(1)}, static_cast<uint16_t>(select.Int(2))};
    HOLDFAST_ASSIGN_OR_RETURN(row.hash, DigestOf(select.Bytes(3)));
    rows.push_back(row);
  }
}

// Joins consecutive deletions into runs and adds up what went.
class Tally {
 public:
  explicit Tally(sqlite::Database& db) : db_(db) {}

  absl::Status Add(uint64_t seq, const Sha256Digest& hash) {
    if (total_.count == 0) total_.first = seq;
    if (run_.first != 0 && run_.last + 1 != seq) HOLDFAST_RETURN_IF_ERROR(EndRun());
    if (run_.first == 0) run_.first = seq;
    run_.last = total_.last = seq;
    run_.hash = total_.last_hash = hash;
    ++total_.count;
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<Dropped>> Finish() {
    if (total_.count == 0) return std::nullopt;
    HOLDFAST_RETURN_IF_ERROR(EndRun());
    return total_;
  }
  uint64_t count() const { return total_.count; }

 private:
  absl::Status EndRun() {
    HOLDFAST_RETURN_IF_ERROR(AddRun(db_, run_));
    run_ = {};
    return absl::OkStatus();
  }
  sqlite::Database& db_;
  Dropped total_;
  Run run_;
};

// True when the rows older than `oldest` are worth the Pruned row that tells of them.
absl::StatusOr<bool> EnoughAreOld(sqlite::Database& db, uint64_t through, WallTime oldest) {
  constexpr int64_t kPatienceNs = int64_t{3600} * 1'000'000'000;
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<Stored> first, ReadRows(db, 0, through, 1));
  if (first.empty() || first.front().wall >= oldest) return false;
  if (oldest.ns > INT64_MIN + kPatienceNs && first.front().wall.ns < oldest.ns - kPatienceNs) return true;
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<Stored> rows, ReadRows(db, 0, through, kChunk));
  return rows.size() == kChunk &&
         std::all_of(rows.begin(), rows.end(), [&](const Stored& row) { return row.wall < oldest; });
}

// By how much unacknowledged rows, of `bytes` of rows in all, pass what they are allowed; down to the target
// where they do.
absl::StatusOr<int64_t> Excess(sqlite::Database& db, const Head& head, uint64_t acked,
                               const RetentionLimits& limits, int64_t bytes) {
  if (bytes <= limits.max_unacknowledged_bytes || acked >= head.seq) return 0;
  HOLDFAST_ASSIGN_OR_RETURN(
      sqlite::Statement select,
      db.Prepare("SELECT TOTAL(LENGTH(payload) + LENGTH(subject)) + COUNT(*) * ? FROM rows WHERE seq > ?"));
  HOLDFAST_RETURN_IF_ERROR(select.BindAll(kRowBytes, acked).Step().status());
  const int64_t unacknowledged = select.Int(0);
  if (unacknowledged <= limits.max_unacknowledged_bytes) return 0;
  return unacknowledged - TargetBytes(limits.max_unacknowledged_bytes);
}

absl::Status DeleteRow(sqlite::Database& db, uint64_t seq) {
  HOLDFAST_ASSIGN_OR_RETURN(sqlite::Statement remove, db.Prepare("DELETE FROM rows WHERE seq = ?"));
  return remove.Bind(1, seq).Run();
}

}  // namespace

absl::StatusOr<int64_t> LiveBytes(sqlite::Database& db) {
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t pages, db.QueryInt("PRAGMA page_count"));
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t free, db.QueryInt("PRAGMA freelist_count"));
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t size, db.QueryInt("PRAGMA page_size"));
  return (pages - free) * size;
}

bool Retention::Goes(const Pass& pass, uint16_t kind) const {
  if (pass.everything) return true;
  return kind != kKindGap && kind != kKindEpochBegan && !(keep_longer_ && keep_longer_(kind));
}

absl::StatusOr<std::optional<Dropped>> Retention::RunPass(sqlite::Database& db, const Pass& pass,
                                                          size_t max_rows) {
  Tally tally(db);
  uint64_t after = pass.after;
  while (tally.count() < max_rows) {
    HOLDFAST_ASSIGN_OR_RETURN(const int64_t bytes, LiveBytes(db));
    if (!pass.oldest && bytes <= pass.target_bytes) break;
    HOLDFAST_ASSIGN_OR_RETURN(const std::vector<Stored> rows, ReadRows(db, after, pass.through, kChunk));
    if (rows.empty()) break;
    for (const Stored& row : rows) {
      if (pass.oldest && row.wall >= *pass.oldest) return tally.Finish();
      after = row.seq;
      if (!Goes(pass, row.kind)) continue;
      HOLDFAST_RETURN_IF_ERROR(tally.Add(row.seq, row.hash));
      HOLDFAST_RETURN_IF_ERROR(DeleteRow(db, row.seq));
    }
    if (!pass.everything) keepers_through_ = after;
  }
  return tally.Finish();
}

absl::StatusOr<std::optional<Dropped>> Retention::ForSize(sqlite::Database& db, const Head& head,
                                                          uint64_t acked, int64_t target_bytes,
                                                          size_t max_rows) {
  const uint64_t last = head.seq - 1;
  const Pass acknowledged{.through = std::min(acked, last), .everything = true, .target_bytes = target_bytes};
  HOLDFAST_ASSIGN_OR_RETURN(std::optional<Dropped> dropped, RunPass(db, acknowledged, max_rows));
  if (dropped) return dropped;
  return Unacknowledged(db, head, acked, target_bytes, max_rows);
}

absl::StatusOr<std::optional<Dropped>> Retention::Unacknowledged(sqlite::Database& db, const Head& head,
                                                                 uint64_t acked, int64_t target_bytes,
                                                                 size_t max_rows) {
  for (const bool everything : {false, true}) {
    const uint64_t after = everything ? acked : std::max(acked, keepers_through_);
    const Pass pass{
        .after = after, .through = head.seq - 1, .everything = everything, .target_bytes = target_bytes};
    HOLDFAST_ASSIGN_OR_RETURN(std::optional<Dropped> dropped, RunPass(db, pass, max_rows));
    if (!dropped) continue;
    dropped->acknowledged = false;
    return dropped;
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<Dropped>> Retention::DropSlice(sqlite::Database& db, const Head& head,
                                                            uint64_t acked, const RetentionLimits& limits,
                                                            size_t max_rows) {
  if (head.seq <= 1) return std::nullopt;
  const Pass by_age{.through = std::min(acked, head.seq - 1), .everything = true, .oldest = limits.oldest};
  HOLDFAST_ASSIGN_OR_RETURN(const bool enough, EnoughAreOld(db, by_age.through, limits.oldest));
  if (enough) return RunPass(db, by_age, max_rows);
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t bytes, LiveBytes(db));
  HOLDFAST_ASSIGN_OR_RETURN(const int64_t excess, Excess(db, head, acked, limits, bytes));
  if (bytes <= limits.max_bytes && excess == 0 && !shrinking_) return std::nullopt;
  HOLDFAST_ASSIGN_OR_RETURN(const std::optional<Dropped> dropped,
                            excess > 0 ? Unacknowledged(db, head, acked, bytes - excess, max_rows)
                                       : ForSize(db, head, acked, TargetBytes(limits.max_bytes), max_rows));
  // A slice that takes one row and adds one would go on for ever.
  shrinking_ = dropped.has_value() && dropped->count > 1;
  return shrinking_ ? dropped : std::nullopt;
}

}  // namespace holdfast::journal

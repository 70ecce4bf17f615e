#include "server/service/frame_check.h"

#include "absl/strings/str_cat.h"
#include "server/service/refusal.h"
#include "storage/journal/row.h"

namespace holdfast::server {
namespace {

constexpr size_t kLongestSubject = 65535;

absl::Status Bad(absl::string_view what) {
  return Refuse(absl::StatusCode::kInvalidArgument, ErrorReason::kBadRequest,
                absl::StrCat("taking rows: ", what));
}

absl::Status TooLarge(absl::string_view what, size_t is, size_t most) {
  return Refuse(
      absl::StatusCode::kResourceExhausted, ErrorReason::kTooLarge,
      absl::StrCat("taking rows: ", is, " ", what, ", at most ", most, " in one message; send fewer"));
}

}  // namespace

absl::Status CheckFrameForm(const wire::RowFrame& frame, Epoch epoch, const Limits& limits) {
  if (frame.rows.empty()) return Bad("the frame has none");
  if (frame.rows.size() > limits.rows_per_frame) {
    return TooLarge("rows", frame.rows.size(), limits.rows_per_frame);
  }
  uint64_t expected = frame.rows.front().seq;
  if (epoch == 0) return Bad("epoch 0 is the server's own");
  if (expected == 0) return Bad("rows are numbered from 1");
  if (frame.rows.back().seq > INT64_MAX) return Bad("a row's number is beyond what a journal holds");
  size_t bytes = 0;
  for (const journal::Row& row : frame.rows) {
    if (row.epoch != epoch)
      return Bad(absl::StrCat("row ", row.seq, " is of another epoch than the message"));
    if (row.seq != expected++)
      return Bad(absl::StrCat("row ", row.seq, " does not follow the one before it"));
    if (row.subject.size() > kLongestSubject)
      return Bad(absl::StrCat("row ", row.seq, " has too long a subject"));
    bytes += row.subject.size() + row.payload.size();
  }
  if (bytes > limits.frame_bytes) return TooLarge("bytes", bytes, limits.frame_bytes);
  return absl::OkStatus();
}

absl::Status CheckFrameHashes(const wire::RowFrame& frame) {
  Sha256Digest previous = frame.previous_hash;
  for (const journal::Row& row : frame.rows) {
    if (journal::HashOf(row, previous) != row.hash) {
      return Bad(
          absl::StrCat("row ", row.seq, " does not match its hash: it, or the one before it, was changed"));
    }
    previous = row.hash;
  }
  return absl::OkStatus();
}

}  // namespace holdfast::server

// A journal without a disk, for agents by the thousand: rows until they are acknowledged, and the hash of
// every row there ever was, so that what a server stored can be compared with what was written.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "storage/journal/journal.h"

namespace holdfast::swarm {

class MemoryJournal final : public journal::Journal {
 public:
  // `random` makes epochs and must outlive it.
  explicit MemoryJournal(RandomSource& random) : random_(random), epoch_(random.Next64()) {}

  absl::StatusOr<std::vector<journal::Row>> Append(const std::vector<journal::Draft>& drafts) override;
  journal::Head head() const override { return {epoch_, hashes_.size(), HashOfLast()}; }
  uint64_t acked_through() const override { return acked_; }
  absl::Status SetAcked(Epoch epoch, uint64_t through) override;
  // Rows that were acknowledged are gone: DATA_LOSS when a server asks for one again.
  absl::StatusOr<std::vector<journal::Row>> ReadAfter(uint64_t after, size_t max_rows,
                                                      size_t max_bytes) const override;
  absl::StatusOr<Sha256Digest> HashAt(uint64_t seq) const override;
  absl::Status SetMeta(const std::string& key, const std::string& value) override;
  absl::StatusOr<std::optional<std::string>> GetMeta(const std::string& key) const override;
  // What the old epoch held is lost to the comparison: `epochs` counts it.
  absl::Status BeginEpoch(const std::string& reason) override;

  absl::StatusOr<std::vector<journal::Row>> Query(const journal::Filter& filter) const override;
  absl::StatusOr<bool> Prune(const journal::RetentionLimits& limits) override;
  absl::StatusOr<bool> VerifySlice(size_t rows) override;
  absl::Status Close() override { return absl::OkStatus(); }

  const std::vector<Sha256Digest>& hashes() const { return hashes_; }  // of rows 1, 2, ...
  int epochs() const { return epochs_; }
  uint64_t asked_again() const { return asked_again_; }  // for rows that were acknowledged
  // Runs after each acknowledgement that was news.
  void OnAcked(std::function<void(uint64_t through)> heard) { heard_ = std::move(heard); }

  // All of it, for a later run.
  std::string Encode() const;
  // DATA_LOSS for bytes that Encode did not write.
  absl::Status Decode(absl::string_view bytes);

 private:
  Sha256Digest HashOfLast() const { return hashes_.empty() ? journal::kGenesis : hashes_.back(); }

  RandomSource& random_;
  Epoch epoch_;
  int epochs_ = 1;
  uint64_t acked_ = 0;
  std::deque<journal::Row> rows_;  // acked_ + 1 and on
  std::vector<Sha256Digest> hashes_;
  std::map<std::string, std::string> meta_;
  std::function<void(uint64_t)> heard_;
  mutable uint64_t asked_again_ = 0;
};

}  // namespace holdfast::swarm

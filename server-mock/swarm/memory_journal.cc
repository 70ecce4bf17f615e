#include "server-mock/swarm/memory_journal.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/error.h"

namespace holdfast::swarm {
namespace {

constexpr uint32_t kMostMeta = 100;

absl::Status NotHere(absl::string_view what) {
  return absl::UnimplementedError(absl::StrCat(what, ": a journal in memory keeps no history"));
}

}  // namespace

absl::StatusOr<std::vector<journal::Row>> MemoryJournal::Append(const std::vector<journal::Draft>& drafts) {
  std::vector<journal::Row> added;
  for (const journal::Draft& draft : drafts) {
    journal::Row row;
    row.epoch = epoch_;
    row.seq = hashes_.size() + 1;
    row.at = draft.at;
    row.kind = draft.kind;
    row.payload_version = draft.payload_version;
    row.subject = draft.subject;
    row.payload = draft.payload;
    row.hash = journal::HashOf(row, HashOfLast());
    hashes_.push_back(row.hash);
    rows_.push_back(row);
    added.push_back(std::move(row));
  }
  return added;
}

absl::Status MemoryJournal::SetAcked(Epoch epoch, uint64_t through) {
  if (epoch != epoch_ || through <= acked_) return absl::OkStatus();
  if (through > hashes_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("acknowledging row ", through, ": the newest is ", hashes_.size()));
  }
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<ptrdiff_t>(through - acked_));
  acked_ = through;
  if (heard_) heard_(through);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<journal::Row>> MemoryJournal::ReadAfter(uint64_t after, size_t max_rows,
                                                                   size_t max_bytes) const {
  if (after < acked_) {
    ++asked_again_;
    return absl::DataLossError(absl::StrCat("the server asks for row ", after + 1,
                                            ", and has acknowledged everything up to ", acked_));
  }
  std::vector<journal::Row> out;
  size_t bytes = 0;
  for (size_t i = after - acked_; i < rows_.size() && out.size() < max_rows; ++i) {
    bytes += rows_[i].payload.size();
    if (!out.empty() && bytes > max_bytes) break;
    out.push_back(rows_[i]);
  }
  return out;
}

absl::StatusOr<Sha256Digest> MemoryJournal::HashAt(uint64_t seq) const {
  if (seq == 0) return journal::kGenesis;
  if (seq > hashes_.size()) return absl::NotFoundError(absl::StrCat("there is no row ", seq));
  return hashes_[seq - 1];
}

absl::Status MemoryJournal::SetMeta(const std::string& key, const std::string& value) {
  meta_[key] = value;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> MemoryJournal::GetMeta(const std::string& key) const {
  const auto it = meta_.find(key);
  if (it == meta_.end()) return std::optional<std::string>();
  return std::optional<std::string>(it->second);
}

absl::Status MemoryJournal::BeginEpoch(const std::string& /*reason*/) {
  epoch_ = random_.Next64();
  ++epochs_;
  acked_ = 0;
  rows_.clear();
  hashes_.clear();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<journal::Row>> MemoryJournal::Query(const journal::Filter& /*filter*/) const {
  return NotHere("searching rows");
}

absl::StatusOr<bool> MemoryJournal::Prune(const journal::RetentionLimits& /*limits*/) {
  return NotHere("pruning");
}

absl::StatusOr<bool> MemoryJournal::VerifySlice(size_t /*rows*/) {
  return NotHere("verifying rows");
}

std::string MemoryJournal::Encode() const {
  CanonicalWriter out;
  out.U64(epoch_).U32(static_cast<uint32_t>(epochs_)).U64(acked_);
  out.U32(static_cast<uint32_t>(hashes_.size()));
  for (const Sha256Digest& hash : hashes_) out.Raw(AsBytes(hash));
  Sha256Digest previous = *HashAt(acked_);
  for (const journal::Row& row : rows_) {
    out.Bytes(journal::CanonicalBytes(row, previous));
    previous = row.hash;
  }
  out.U32(static_cast<uint32_t>(meta_.size()));
  for (const auto& [key, value] : meta_) out.Bytes(key).Bytes(value);
  return out.Take();
}

absl::Status MemoryJournal::Decode(absl::string_view bytes) {
  CanonicalReader in(bytes);
  epoch_ = in.U64();
  epochs_ = static_cast<int>(in.U32());
  acked_ = in.U64();
  hashes_.assign(std::min<size_t>(in.U32(), bytes.size() / sizeof(Sha256Digest)), {});
  for (Sha256Digest& hash : hashes_) {
    const absl::string_view raw = in.Raw(hash.size());
    std::memcpy(hash.data(), raw.data(), raw.size());
  }
  if (acked_ > hashes_.size())
    return absl::DataLossError("a journal's acknowledged row is not one of its own");
  rows_.clear();
  for (uint64_t seq = acked_ + 1; seq <= hashes_.size(); ++seq) {
    HOLDFAST_ASSIGN_OR_RETURN(journal::ChainedRow chained, journal::ParseCanonical(in.Bytes()));
    rows_.push_back(std::move(chained.row));
  }
  meta_.clear();
  const uint32_t values = std::min<uint32_t>(in.U32(), kMostMeta);
  for (uint32_t i = 0; i < values; ++i) {
    const std::string key(in.Bytes());
    meta_[key] = std::string(in.Bytes());
  }
  return Annotate(in.Done(), "reading a journal of an earlier run");
}

}  // namespace holdfast::swarm

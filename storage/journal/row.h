// A journal row and its encoding v1 (docs/adr/0004). The encoding covers every column and can never change.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/ids.h"
#include "base/sha256.h"
#include "base/time.h"

namespace holdfast::journal {

inline constexpr uint8_t kRowEncoding = 1;

struct Row {
  Epoch epoch = 0;
  uint64_t seq = 0;  // 1, 2, 3, ... without a hole in one epoch
  Stamp at;
  uint16_t kind = 0;             // RowKind
  uint16_t payload_version = 1;  // of the payload message
  std::string subject;           // at most 65535 bytes
  std::string payload;           // opaque: hashed and sent as the bytes they are
  Sha256Digest hash{};           // of the canonical bytes, which begin with the previous row's hash
  friend bool operator==(const Row&, const Row&) = default;
};

// "HFR1" | previous hash (32) | epoch u64 | seq u64 | boot id (16) | mono i64 | wall i64 | kind u16 | payload
// version u16 | subject (u32 length, bytes) | payload (u32 length, bytes); integers big-endian. row.hash is
// not part of it.
std::string CanonicalBytes(const Row& row, const Sha256Digest& previous);
Sha256Digest HashOf(const Row& row, const Sha256Digest& previous);

// The canonical bytes back into a row (its hash computed) and the previous row's hash. Bytes that
// CanonicalBytes would not have written are DATA_LOSS.
struct ChainedRow {
  Row row;
  Sha256Digest previous{};
};
absl::StatusOr<ChainedRow> ParseCanonical(absl::string_view bytes);

inline constexpr size_t kMaxSubject = 65535;
inline constexpr size_t kMaxPayload = 1 << 20;

// Kinds of the rows that a journal writes about itself; the numbers of RowKind in core/event/event.h.
inline constexpr uint16_t kKindEpochBegan = 1;
inline constexpr uint16_t kKindGap = 2;
inline constexpr uint16_t kKindPruned = 3;

// What the first row of an epoch chains from: 32 zero bytes.
inline constexpr Sha256Digest kGenesis{};

}  // namespace holdfast::journal

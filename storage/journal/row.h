// A journal row and its encoding v1 (docs/adr/0004). The encoding covers every column and can never change.
#pragma once

#include <cstdint>
#include <string>

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

// What the first row of an epoch chains from: 32 zero bytes.
inline constexpr Sha256Digest kGenesis{};

}  // namespace holdfast::journal

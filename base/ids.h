// Identifiers that outlive a process: device ids, service ids, epochs.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/random.h"

namespace holdfast {

// A 128-bit UUID. Text form is upper case with dashes, as macOS prints it.
struct Uuid {
  std::array<uint8_t, 16> bytes{};
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  bool IsNil() const { return *this == Uuid{}; }
  std::string ToString() const;
  // Accepts either case; anything but 8-4-4-4-12 hex digits is INVALID_ARGUMENT naming the text.
  static absl::StatusOr<Uuid> Parse(absl::string_view text);
  // Version 4.
  static Uuid Random(RandomSource& random);
  // Deterministic: the same name gives the same UUID (version 8, from SHA-256).
  static Uuid FromName(absl::string_view name);
};

// A journal's lifetime: 64 random bits, new when a journal is created, set aside, restored or re-enrolled.
using Epoch = uint64_t;
std::string EpochToString(Epoch epoch);  // 16 hex digits
absl::StatusOr<Epoch> ParseEpoch(absl::string_view text);

// Names one incident everywhere: the row that opened it.
struct IncidentId {
  Uuid device;
  Epoch epoch = 0;
  uint64_t seq = 0;
  friend auto operator<=>(const IncidentId&, const IncidentId&) = default;
  std::string ToString() const;  // DEVICE/EPOCH/SEQ
};

}  // namespace holdfast

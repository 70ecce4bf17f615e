// Three kinds of time that must never be mixed, so each is its own type.
//   MonoTime   counts while the machine sleeps (CLOCK_BOOTTIME, mach_continuous_time); comparable only within
//   one boot. WallTime   what the device's clock said, Unix epoch; may jump. ServerTime the server's clock,
//   Unix epoch; the one that windows and retention go by.
// All are nanoseconds in a signed 64-bit integer. Values only: thread-safe as any integer is.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace holdfast {

template <class Kind>
struct Instant {
  int64_t ns = 0;
  friend auto operator<=>(const Instant&, const Instant&) = default;
  friend Instant operator+(Instant t, absl::Duration d) { return {t.ns + absl::ToInt64Nanoseconds(d)}; }
  friend Instant operator-(Instant t, absl::Duration d) { return {t.ns - absl::ToInt64Nanoseconds(d)}; }
  friend absl::Duration operator-(Instant a, Instant b) { return absl::Nanoseconds(a.ns - b.ns); }
};

using MonoTime = Instant<struct MonoKind>;
using WallTime = Instant<struct WallKind>;
using ServerTime = Instant<struct ServerKind>;

// Names one boot of one machine: monotonic times of two boots cannot be compared.
struct BootId {
  std::array<uint8_t, 16> bytes{};
  friend auto operator<=>(const BootId&, const BootId&) = default;
};

// One reading of a device's clocks.
struct Stamp {
  BootId boot;
  MonoTime mono;
  WallTime wall;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

class Clock {
 public:
  virtual ~Clock() = default;
  // Any thread may call it.
  virtual Stamp Now() const = 0;
};

// The machine's own clocks. The boot id is read once, at construction.
class SystemClock final : public Clock {
 public:
  SystemClock();
  Stamp Now() const override;

 private:
  BootId boot_;
};

// RFC 3339 in UTC with milliseconds: "2026-11-21T07:39:00.123Z".
std::string FormatUtc(int64_t unix_ns);
inline std::string FormatUtc(WallTime t) {
  return FormatUtc(t.ns);
}
inline std::string FormatUtc(ServerTime t) {
  return FormatUtc(t.ns);
}

// For people: "3s", "2m 05s", "4h 10m", "3d 4h". Rounds towards zero; negative durations print a leading
// minus.
std::string FormatShort(absl::Duration d);

}  // namespace holdfast

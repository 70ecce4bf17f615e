// Time stamps of log lines. Many forms leave out the zone, the date or both, so a stamp says what it knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "base/time.h"

namespace holdfast::parse {

struct LogStamp {
  std::optional<absl::CivilDay> day;
  std::optional<int64_t> ns_of_day;
  std::optional<int> zone;  // seconds east of UTC

  // Nothing unless day, time and zone are known.
  std::optional<absl::Time> Absolute() const;
  // As much as is known: "2026-11-02 07:00:00.123456+0100", "07:00:00.123"; empty when nothing is.
  std::string ToString() const;
};

// Takes a stamp from the front, in any of these forms:
//   2025-07-09 08:12:51.131277-0700   2021-03-04 08:01:20.123   17:43:00.157552+0800   17:43:00.157 +0800
//   Mar 28 10:15:32
std::optional<LogStamp> TakeStamp(absl::string_view& text);

// Makes times that never go back of stamps, for what is counted in windows: stamps without a date pass
// midnight, stamps without a time count as the one before.
class StampClock {
 public:
  MonoTime Note(const LogStamp& stamp);

 private:
  MonoTime last_;
  int64_t days_ = 0;  // that passed without a date
  std::optional<int64_t> last_ns_of_day_;
};

}  // namespace holdfast::parse

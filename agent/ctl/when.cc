#include "agent/ctl/when.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/time.h"

namespace holdfast::ctl {

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text) {
  absl::string_view days = text;
  int64_t count = 0;
  absl::Duration duration;
  const bool in_days = absl::ConsumeSuffix(&days, "d") && absl::SimpleAtoi(days, &count) && count < 100'000;
  if (in_days) {
    duration = absl::Hours(24 * count);
  } else if (!absl::ParseDuration(std::string(text), &duration)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is not a duration; write for example 90s, 30m, 1h30m or 2d"));
  }
  if (duration <= absl::ZeroDuration() || duration == absl::InfiniteDuration()) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "': a duration must be more than nothing"));
  }
  return duration;
}

absl::StatusOr<absl::Time> ParseSince(absl::string_view text, absl::Time now, absl::TimeZone zone) {
  const absl::StatusOr<absl::Duration> ago = ParseDuration(text);
  if (ago.ok()) return now - *ago;
  absl::Time at;
  for (const char* format : {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%E*S%Ez"}) {
    if (absl::ParseTime(format, text, zone, &at, nullptr)) return at;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "'", text, "' is not a time; write for example 30m (ago), 2026-11-21, '2026-11-21 09:05' or RFC 3339"));
}

std::string Clock(int64_t unix_ns, absl::Time now, absl::TimeZone zone) {
  if (unix_ns == 0) return "-";
  const absl::Time at = absl::FromUnixNanos(unix_ns);
  const bool today = absl::ToCivilDay(at, zone) == absl::ToCivilDay(now, zone);
  return absl::FormatTime(today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", at, zone);
}

std::string Relative(int64_t unix_ns, absl::Time now) {
  if (unix_ns == 0) return "-";
  const absl::Duration ahead = absl::FromUnixNanos(unix_ns) - now;
  if (absl::AbsDuration(ahead) < absl::Seconds(1)) return "now";
  return ahead > absl::ZeroDuration() ? absl::StrCat("in ", FormatShort(ahead))
                                      : absl::StrCat(FormatShort(-ahead), " ago");
}

std::string Age(int64_t unix_ns, absl::Time now) {
  if (unix_ns == 0) return "-";
  return FormatShort(std::max(now - absl::FromUnixNanos(unix_ns), absl::ZeroDuration()));
}

}  // namespace holdfast::ctl

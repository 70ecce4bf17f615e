// Times as people write and read them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace holdfast::ctl {

// "90s", "30m", "1h30m", "2d". INVALID_ARGUMENT shows examples.
absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text);

// A duration means so long ago; else "2026-11-21", "2026-11-21 09:05" (in `zone`) or RFC 3339.
absl::StatusOr<absl::Time> ParseSince(absl::string_view text, absl::Time now, absl::TimeZone zone);

// "09:05:12" on the day of `now`, else "2026-11-20 09:05:12"; "-" for 0.
std::string Clock(int64_t unix_ns, absl::Time now, absl::TimeZone zone);

// "3m 12s ago", "in 42s", "now"; "-" for 0.
std::string Relative(int64_t unix_ns, absl::Time now);

// "1h 30m" since then; "-" for 0.
std::string Age(int64_t unix_ns, absl::Time now);

}  // namespace holdfast::ctl

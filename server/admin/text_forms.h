// How values of the protocol read: names of enums, durations, shares, and times on the command line.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/text/terminal.h"
#include "holdfast/v1/admin_service.pb.h"

namespace holdfast::admin {

std::string NameOf(v1::TimeClass c);     // "protected", "no_network"
std::string NameOf(v1::Reachability r);  // "online"
std::string NameOf(v1::Lifecycle l);     // "in_use"
text::Style StyleOf(v1::TimeClass c);
text::Style StyleOf(v1::Reachability r);
text::Style SeverityStyle(absl::string_view severity);
// All that --posture takes; INVALID_ARGUMENT lists them.
absl::StatusOr<v1::TimeClass> ParseTimeClassName(absl::string_view name);

// The same for --lifecycle; "in-use" is "in_use".
absl::StatusOr<v1::Lifecycle> ParseLifecycleName(absl::string_view name);

std::string Duration(int64_t ns);  // "3d 4h"
std::string Share(double share);   // "99.95 %"
std::string Seconds(int64_t ns);   // "12.345", for CSV
google::protobuf::Timestamp ToProto(absl::Time t);

// "2026-11-21", "2026-11-21T07:39:00Z", "2026-11-21 07:39" (UTC, or local time when asked), or "90m", "24h",
// "30d" ago. INVALID_ARGUMENT lists the forms.
absl::StatusOr<absl::Time> ParseTime(absl::string_view text, absl::Time now, bool local);
// "90m", "24h", "30d", above zero.
absl::StatusOr<absl::Duration> ParseSpan(absl::string_view text);

}  // namespace holdfast::admin

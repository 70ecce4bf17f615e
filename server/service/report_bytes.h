// The canonical bytes of a compliance report: what its signature covers. `holdfast-admin report verify` makes
// them again from the report it was given.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/service/admin_messages.h"

namespace holdfast::server {

// "holdfast-report-v3" | from i64 | to i64 | made i64 | device and group that were asked for
// (u32 length + bytes each) | devices u32 | totals 9 x i64 in the order of
// TimeClass | days u32, each: begin i64, totals 9 x i64 | services u32, each: device (16), hostname, key,
// rule, service name (u32 length + bytes each), totals 9 x i64, causes u32, each: class u8, cause (u32 length
// + bytes), i64; uncertainty i64; outages: count, longest, first and last 4 x i64 | chain heads u32, each:
// device (16), epoch u64, seq u64, hash (32). Integers big-endian.
std::string CanonicalReportBytes(const ComplianceReport& report);

// OK when the signature over the SHA-256 of those bytes is by `raw_public_key` (Ed25519).
absl::Status VerifyReport(const ComplianceReport& report, absl::string_view signature,
                          absl::string_view raw_public_key);

}  // namespace holdfast::server

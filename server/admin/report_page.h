// A compliance report as one HTML page that needs nothing else: it prints well, its charts are SVG, and it
// carries the signed report, which `holdfast-admin report verify` finds in it. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "holdfast/v1/admin_service.pb.h"

namespace holdfast::admin {

struct PageOptions {
  // Serial numbers that should be enrolled and are not; nothing when no inventory was given.
  std::optional<std::vector<std::string>> never_enrolled;
  size_t most_worst = 50;
};

// `json` is the response as `report --json` prints it. Times are UTC.
std::string ReportPage(const v1::GetComplianceReportResponse& response, absl::string_view json,
                       const PageOptions& options);

// The report that a page carries; nothing when `text` is no such page.
std::optional<absl::string_view> ReportInPage(absl::string_view text);

}  // namespace holdfast::admin

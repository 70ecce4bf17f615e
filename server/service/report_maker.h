// A compliance report, made from a store: every device in scope, every key, every nanosecond of the window.
// Needs nothing else of the server, so that a large one can be made beside it, from a second connection.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "base/sha256.h"
#include "server/service/admin_messages.h"
#include "storage/fleet/store.h"

namespace holdfast::server {

// What the server decides before the report is made.
struct ReportJob {
  ComplianceReport report;           // its scope, window and date; nothing else yet
  std::optional<Uuid> device;        // the one it is about
  std::vector<fleet::Contact> news;  // last contacts that are not in the store yet, by device
};

struct MadeReport {
  ComplianceReport report;
  Sha256Digest digest{};  // of its canonical bytes: what is signed
  int inventory = 0;
  std::vector<std::string> never_enrolled;
};

// Sees one state of the store. Any thread whose store it is.
absl::StatusOr<MadeReport> MakeReport(fleet::FleetStore& store, ReportJob job);

}  // namespace holdfast::server

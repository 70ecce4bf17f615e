#include "tests/simulation/final_checks.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/service/accounts.h"
#include "tests/simulation/policies.h"

namespace holdfast::simulation {
namespace {

// Rows of the last moments may still be under way.
constexpr size_t kUnderWay = 3;

}  // namespace

FinalChecks::FinalChecks(SimulatedServer& server, const Window& window, bool healed)
    : server_(server), window_(window), healed_(healed) {
  if (!server_.up()) return;
  auto report = server_.core().GetComplianceReport(server_.admin(), {.from = window.from, .to = window.to});
  if (report.ok()) report_ = std::move(report->report);
}

void FinalChecks::Report(SimulatedDevice& device, Monitor& monitor) {
  if (!report_) return monitor.OnBroken("the server gives no report");
  const int64_t window = window_.to.ns - window_.from.ns;
  for (const server::ServiceCompliance& service : report_->services) {
    if (service.hostname != device.name()) continue;
    int64_t sum = 0;
    for (const int64_t ns : service.totals) sum += ns;
    if (sum != window) monitor.OnBroken(absl::StrCat(service.key, ": its seconds do not sum to the window"));
    const auto rule = std::find(std::begin(kRules), std::end(kRules), service.key);
    if (rule == std::end(kRules)) {
      monitor.OnBroken(absl::StrCat("an account of ", service.key, ", which nothing requires"));
      continue;
    }
    const auto vpn = static_cast<Vpn>(rule - std::begin(kRules));
    const absl::Duration reported = absl::Nanoseconds(compliance::Of(service.totals, TimeClass::kProtected));
    const absl::Duration slack =
        absl::Seconds(5) + monitor.LatestNews() + absl::Nanoseconds(service.uncertainty_ns) * 2;
    if (reported > monitor.TrulyConnected(vpn) + slack) {
      monitor.OnBroken(absl::StrCat(service.key, ": reported as protected for ",
                                    absl::FormatDuration(reported), ", was connected for ",
                                    absl::FormatDuration(monitor.TrulyConnected(vpn))));
    }
  }
  if (!healed_) return;
  if (!device.running()) return monitor.OnBroken("its agent does not run though everything is well");
  for (const ServiceView& view : device.View().services) {
    if (view.key != "corp" && view.key != "vendor") continue;
    if (view.status == SessionStatus::kConnected) continue;
    monitor.OnBroken(absl::StrCat(
        view.key, ": not connected though everything is well: ", absl::StrJoin(view.reasons, "; ")));
  }
}

Sha256Digest FinalChecks::Journal(SimulatedDevice& device, Monitor& monitor) {
  const std::vector<journal::Row> rows = device.Rows();
  if (rows.empty()) {
    monitor.OnBroken("its journal is empty");
    return {};
  }
  uint64_t expected = 0;
  server::ListHistoryRequest request{.device = device.name(), .page_size = 1000, .ascending = true};
  do {
    const auto page = server_.core().ListHistory(server_.admin(), request);
    if (!page.ok()) {
      monitor.OnBroken(absl::StrCat("the server's history: ", page.status().message()));
      break;
    }
    for (const server::HistoryRow& row : page->rows) {
      const bool fits = row.epoch == rows[0].epoch && row.seq == ++expected && row.seq <= rows.size() &&
                        row.hash == rows[row.seq - 1].hash;
      if (fits) continue;
      monitor.OnBroken(absl::StrCat("the server's row ", row.seq, " is not the device's (expected row ",
                                    expected, " of ", rows.size(), " of epoch ", rows[0].epoch,
                                    ", got epoch ", row.epoch, ")"));
      return rows.back().hash;
    }
    request.page_token = page->next_page_token;
  } while (!request.page_token.empty());
  if (expected < device.AckedThrough()) monitor.OnBroken("acknowledged rows are missing on the server");
  if (healed_ && expected + kUnderWay < rows.size()) {
    monitor.OnBroken(absl::StrCat("of ", rows.size(), " rows only ", expected, " are on the server"));
  }
  return rows.back().hash;
}

void FinalChecks::Incidents(const std::function<void(const std::string&)>& broken) {
  for (const char* never : {"chain_break", "chain_fork", "clone_conflict", "policy_tampered"}) {
    const auto incidents = server_.core().ListIncidents(server_.admin(), {.name = never, .page_size = 1});
    if (!incidents.ok()) broken(std::string(incidents.status().message()));
    if (incidents.ok() && !incidents->incidents.empty()) {
      broken(absl::StrCat(never, ": ", incidents->incidents[0].summary));
    }
  }
}

void FinalChecks::KeptDays(const std::function<void(const std::string&)>& broken) {
  if (!server_.up()) return;
  std::vector<fleet::DeviceRecord> kept;
  const absl::Status read =
      server_.store().EachDevice("", [&](const fleet::DeviceRecord& device) { kept.push_back(device); });
  if (!read.ok()) return broken(std::string(read.message()));
  std::vector<fleet::DeviceRecord> computed = kept;
  for (fleet::DeviceRecord& device : computed) device.kept = {};
  server::Accounts accounts(server_.store(), {window_.from, window_.to});
  const auto from_days = accounts.Of(kept, /*all=*/true), from_points = accounts.Of(computed, /*all=*/true);
  if (!from_days.ok() || !from_points.ok()) return broken("the accounts cannot be made");
  for (size_t i = 0; i < kept.size(); ++i) {
    if ((*from_days)[i].keys == (*from_points)[i].keys) continue;
    broken(absl::StrCat(kept[i].hardware.hostname, ": its kept days are not what its points say"));
  }
}

}  // namespace holdfast::simulation

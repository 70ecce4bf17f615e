#include "server/admin/report_summary.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace holdfast::admin {
namespace {

int64_t Bad(const v1::ServiceCompliance& service) {
  return service.totals().violation_ns() + service.totals().unknown_ns();
}

std::optional<double> Availability(const v1::ClassTotals& totals) {
  const int64_t all = totals.protected_ns() + totals.violation_ns() + totals.unknown_ns();
  if (all == 0) return std::nullopt;
  return static_cast<double>(totals.protected_ns()) / static_cast<double>(all);
}

std::vector<ReasonTotal> Reasons(const v1::ComplianceReport& report) {
  std::map<std::pair<v1::TimeClass, std::string>, int64_t> sums;
  for (const v1::ServiceCompliance& service : report.services()) {
    for (const v1::CauseTotal& cause : service.causes())
      sums[{cause.time_class(), cause.cause()}] += cause.ns();
  }
  std::vector<ReasonTotal> out;
  for (const auto& [which, ns] : sums) out.push_back({which.first, which.second, ns});
  std::sort(out.begin(), out.end(), [](const ReasonTotal& a, const ReasonTotal& b) {
    return std::tie(b.ns, a.time_class, a.cause) < std::tie(a.ns, b.time_class, b.cause);
  });
  return out;
}

std::vector<const v1::ServiceCompliance*> Worst(const v1::ComplianceReport& report, size_t most) {
  std::vector<const v1::ServiceCompliance*> out;
  for (const v1::ServiceCompliance& service : report.services()) {
    if (Bad(service) > 0) out.push_back(&service);
  }
  std::sort(out.begin(), out.end(), [](const auto* a, const auto* b) {
    return Bad(*a) != Bad(*b) ? Bad(*a) > Bad(*b)
                              : std::tuple(a->hostname(), a->key()) < std::tuple(b->hostname(), b->key());
  });
  if (out.size() > most) out.resize(most);
  return out;
}

}  // namespace

int64_t MeanOutageNs(const v1::ServiceCompliance& service) {
  const int64_t count = service.outages().count();
  return count == 0 ? 0 : service.totals().violation_ns() / count;
}

ReportSummary Summarize(const v1::ComplianceReport& report, size_t most_worst) {
  ReportSummary summary;
  summary.availability = Availability(report.totals());
  for (const v1::ServiceCompliance& service : report.services()) {
    summary.outages += service.outages().count();
    summary.longest_outage_ns = std::max(summary.longest_outage_ns, service.outages().longest_ns());
    if (!service.has_protected_share()) continue;
    size_t bucket = 0;
    // The last floor takes all: what a server says is not to be counted on.
    while (bucket + 1 < kShareFloors.size() && service.protected_share() < kShareFloors[bucket]) ++bucket;
    ++summary.by_share[bucket];
  }
  if (summary.outages > 0) summary.mean_outage_ns = report.totals().violation_ns() / summary.outages;
  summary.reasons = Reasons(report);
  summary.worst = Worst(report, most_worst);
  return summary;
}

}  // namespace holdfast::admin

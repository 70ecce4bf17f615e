// The numbers that an auditor asks of a compliance report, summed over its services. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "holdfast/v1/admin_service.pb.h"

namespace holdfast::admin {

// One reason why time was of a class: "person", 12 h.
struct ReasonTotal {
  v1::TimeClass time_class = v1::TIME_CLASS_UNSPECIFIED;
  std::string cause;
  int64_t ns = 0;
};

// Services by protected share: at least 99.9 %, 99 %, 95 %, and less. Those without a share (nobody could
// have protected them for a moment) are in none.
inline constexpr std::array<double, 4> kShareFloors = {0.999, 0.99, 0.95, 0};

struct ReportSummary {
  std::optional<double> availability;  // protected / (protected + violation + unknown) of all services
  int64_t outages = 0;
  int64_t longest_outage_ns = 0;
  int64_t mean_outage_ns = 0;  // time to restore; an outage that still lasts counts with what it has lasted
  std::array<int64_t, kShareFloors.size()> by_share{};
  std::vector<ReasonTotal> reasons;                 // most time first
  std::vector<const v1::ServiceCompliance*> worst;  // most violation and unknown first; none without either
};

// `worst` points into `report`; at most `most_worst` of them.
ReportSummary Summarize(const v1::ComplianceReport& report, size_t most_worst);

// The mean time to restore of one service; 0 without an outage.
int64_t MeanOutageNs(const v1::ServiceCompliance& service);

}  // namespace holdfast::admin

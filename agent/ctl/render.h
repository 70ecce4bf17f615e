// The daemon's answers as text for people. Pure: equal messages, terminals and zones give equal text.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "base/text/table.h"
#include "holdfast/v1/local_control.pb.h"

namespace holdfast::ctl {

struct View {
  text::Terminal terminal;
  absl::TimeZone zone;
};

std::string RenderStatus(const v1::GetStatusResponse& status, const View& view);
// `scutil --nc list`'s columns and ours.
std::string RenderServices(const v1::GetStatusResponse& status, const View& view);
std::string RenderIncidents(const v1::GetStatusResponse& status, const View& view);
// `history` holds the service's latest rows.
std::string RenderWhy(const v1::GetStatusResponse& status, const v1::LocalService& service,
                      const v1::ListLocalHistoryResponse& history, const View& view);
// `now` decides which rows show their date.
std::string RenderHistory(const v1::ListLocalHistoryResponse& history, absl::Time now, const View& view);
std::string RenderPolicy(const v1::GetLocalPolicyResponse& policy, bool with_origin, const View& view);

}  // namespace holdfast::ctl

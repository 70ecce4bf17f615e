// The daemon's answers as text for people. Pure: equal messages, terminals and zones give equal text.
#pragma once

#include <map>
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
// Services' names by their ids, which is what rows carry.
using ServiceNames = std::map<std::string, std::string>;
ServiceNames NamesOf(const v1::GetStatusResponse& status);
// The service that a row is about: its name, its id where the name is not known, or nothing.
std::string ServiceOf(const v1::LocalHistoryRow& row, const ServiceNames& names);
// `now` decides which rows show their date.
std::string RenderHistory(const v1::ListLocalHistoryResponse& history, const ServiceNames& names,
                          absl::Time now, const View& view);
std::string RenderPolicy(const v1::GetLocalPolicyResponse& policy, bool with_origin, const View& view);

}  // namespace holdfast::ctl

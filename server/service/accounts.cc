#include "server/service/accounts.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "server/service/lifecycle.h"

namespace holdfast::server {
namespace {

using compliance::ClassTotals;
using compliance::Day;
using compliance::DayAccount;
using compliance::DayOf;
using compliance::KeyAccount;
using compliance::StartOf;
using compliance::Window;

// Once revoked, nothing is required of a device any more.
void EndAtRevocation(const fleet::DeviceRecord& record, compliance::Timeline& timeline) {
  if (!record.revoked) return;
  for (const std::string& key : compliance::KeysOf(timeline)) {
    timeline.points.push_back({.kind = compliance::PointKind::kVerdict,
                               .at = *record.revoked,
                               .key = key,
                               .time_class = TimeClass::kNotRequired});
  }
}

}  // namespace

// Of a window only whole days can be taken from what is kept.
Accounts::Sum::Sum(const fleet::DeviceRecord& d, const Window& window)
    : device(&d),
      first(std::max(d.kept.first, DayOf({window.from.ns - 1}) + 1)),
      last(std::min(d.kept.last, DayOf(window.to) - 1)),
      sum(window.from) {}

absl::StatusOr<std::vector<Accounts::OfDevice>> Accounts::Of(const std::vector<fleet::DeviceRecord>& devices,
                                                             bool all) {
  std::vector<Sum> sums;
  sums.reserve(devices.size());
  for (const fleet::DeviceRecord& device : devices) {
    Sum& sum = sums.emplace_back(device, window_);
    if (sum.keeps()) HOLDFAST_RETURN_IF_ERROR(AddPoints(sum, {window_.from, StartOf(sum.first)}));
  }
  HOLDFAST_RETURN_IF_ERROR(AddKept(sums, all));
  std::vector<OfDevice> out;
  out.reserve(sums.size());
  for (Sum& sum : sums) {
    HOLDFAST_ASSIGN_OR_RETURN(std::vector<KeyAccount> keys, Finish(sum));
    out.push_back({sum.device, std::move(keys)});
  }
  return out;
}

absl::Status Accounts::AddKept(std::vector<Sum>& sums, bool all) {
  const int64_t from = compliance::MonthOf(DayOf(window_.from)), to = compliance::MonthOf(DayOf(window_.to));
  if (!all) {
    for (Sum& sum : sums) {
      if (!sum.keeps()) continue;
      HOLDFAST_RETURN_IF_ERROR(store_.EachMonthOf(
          sum.device->key, from, to, [&](int64_t, absl::string_view days) { AddDays(sum, days); }));
    }
    return absl::OkStatus();
  }
  auto sum = sums.begin();
  return store_.EachMonth(from, to, [&](fleet::DeviceKey device, absl::string_view days) {
    for (; sum != sums.end() && sum->device->key < device; ++sum) SettleDays(*sum);
    if (sum != sums.end() && sum->device->key == device && sum->keeps()) AddDays(*sum, days);
  });
}

void Accounts::AddDays(Sum& sum, absl::string_view days) {
  const absl::Status read = compliance::ReadDays(days, [&](Day day, const KeyAccount& account) {
    if (day < sum.first || day > sum.last) return;
    sum.sum.BeginSpan({StartOf(day), StartOf(day + 1)});
    sum.sum.Add(account);
    sum.days.emplace_back(day, account.totals);
  });
  if (!read.ok()) sum.damaged = true;
}

// What is kept may still turn out to be damaged while it is read: until then its days are not everybody's.
void Accounts::SettleDays(Sum& sum) {
  if (sum.damaged) return;
  for (const auto& [day, totals] : sum.days) {
    ClassTotals required = totals;
    compliance::Of(required, TimeClass::kNotRequired) = 0;
    if (required != ClassTotals{}) compliance::Add(days_[day], required);
  }
  sum.days = {};
}

absl::Status Accounts::AddPoints(Sum& sum, const Window& window) {
  if (window.to <= window.from) return absl::OkStatus();
  compliance::Timeline timeline;
  HOLDFAST_ASSIGN_OR_RETURN(timeline.points, store_.PointsFor(sum.device->key, window.from, window.to));
  if (timeline.points.empty()) return absl::OkStatus();
  timeline.last_contact = sum.device->last_seen;
  EndAtRevocation(*sum.device, timeline);
  HOLDFAST_RETURN_IF_ERROR(AddAbsences(store_, *sum.device, timeline.points));
  for (const DayAccount& day : compliance::AccountByDay(timeline, window)) {
    sum.sum.BeginSpan({std::max(StartOf(day.day), window.from), std::min(StartOf(day.day + 1), window.to)});
    for (const KeyAccount& account : day.keys) {
      sum.sum.Add(account);
      sum.days.emplace_back(day.day, account.totals);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<KeyAccount>> Accounts::Finish(Sum& sum) {
  ServerTime from = sum.keeps() ? StartOf(sum.last + 1) : window_.from;
  if (sum.damaged) {
    sum.sum = compliance::WindowSum(window_.from);
    sum.days.clear();
    from = window_.from;
  }
  HOLDFAST_RETURN_IF_ERROR(AddPoints(sum, {from, window_.to}));
  sum.damaged = false;
  SettleDays(sum);
  return sum.sum.Take(window_.to);
}

}  // namespace holdfast::server

#include "core/compliance/account.h"

#include <algorithm>
#include <map>
#include <utility>

namespace holdfast::compliance {
namespace {

Outages OutagesOf(const std::vector<Interval>& intervals) {
  Outages outages;
  int64_t length = 0;
  for (const Interval& i : intervals) {
    const int64_t ns = i.to.ns - i.from.ns;
    const int64_t bad = i.time_class == TimeClass::kViolation ? ns : 0;
    outages = Join(outages, length, {bad > 0 ? 1 : 0, bad, bad, bad}, ns);
    length += ns;
  }
  return outages;
}

KeyAccount Sum(std::string key, const std::vector<Interval>& intervals) {
  KeyAccount account{.key = std::move(key)};
  std::map<std::pair<TimeClass, std::string>, int64_t> causes;
  for (const Interval& i : intervals) {
    const int64_t ns = i.to.ns - i.from.ns;
    Of(account.totals, i.time_class) += ns;
    if (i.time_class != TimeClass::kNotRequired) causes[{i.time_class, i.cause}] += ns;
    account.uncertainty_ns = std::max(account.uncertainty_ns, i.uncertainty_ns);
  }
  account.outages = OutagesOf(intervals);
  for (auto& [which, ns] : causes) account.causes.push_back({which.first, which.second, ns});
  return account;
}

}  // namespace

Outages Join(const Outages& a, int64_t a_ns, const Outages& b, int64_t b_ns) {
  const int64_t across = a.last_ns > 0 && b.first_ns > 0 ? a.last_ns + b.first_ns : 0;
  const bool all_of_a = a.first_ns == a_ns, all_of_b = b.last_ns == b_ns;
  return {.count = a.count + b.count - (across > 0 ? 1 : 0),
          .longest_ns = std::max({a.longest_ns, b.longest_ns, across}),
          .first_ns = all_of_a ? a_ns + b.first_ns : a.first_ns,
          .last_ns = all_of_b ? b_ns + a.last_ns : b.last_ns};
}

std::vector<KeyAccount> AccountOf(Timeline timeline, const Window& window) {
  timeline.points = Monotonic(std::move(timeline.points));
  std::vector<KeyAccount> out;
  for (const std::string& key : KeysOf(timeline)) out.push_back(Sum(key, IntervalsOf(timeline, key, window)));
  return out;
}

int64_t& Of(ClassTotals& totals, TimeClass c) {
  return totals[static_cast<size_t>(c)];
}
int64_t Of(const ClassTotals& totals, TimeClass c) {
  return totals[static_cast<size_t>(c)];
}

void Add(ClassTotals& to, const ClassTotals& more) {
  for (size_t i = 0; i < to.size(); ++i) to[i] += more[i];
}

std::optional<double> ProtectedShare(const ClassTotals& totals) {
  const int64_t good = Of(totals, TimeClass::kProtected);
  const int64_t all = good + Of(totals, TimeClass::kViolation) + Of(totals, TimeClass::kUnknown);
  if (all == 0) return std::nullopt;
  return static_cast<double>(good) / static_cast<double>(all);
}

}  // namespace holdfast::compliance

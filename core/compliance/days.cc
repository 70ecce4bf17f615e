#include "core/compliance/days.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/time/civil_time.h"

namespace holdfast::compliance {
namespace {

bool Covers(const Window& window, ServerTime at) {
  return at >= window.from && at < window.to;
}

bool IsSpan(const Point& point) {
  return point.kind == PointKind::kDown || point.kind == PointKind::kGap || point.kind == PointKind::kAbsent;
}

// Of each key, when it was last spoken of before the window; of all keys together by starts and stops.
std::map<std::string, ServerTime> LastBefore(const std::vector<Point>& points, const Window& window) {
  std::map<std::string, ServerTime> last;
  for (const Point& point : points) {
    if (point.at >= window.from || IsSpan(point)) continue;
    const auto [it, added] = last.try_emplace(point.key, point.at);
    if (!added) it->second = std::max(it->second, point.at);
  }
  return last;
}

}  // namespace

Day DayOf(ServerTime t) {
  return t.ns >= 0 ? t.ns / kDayNs : -((-(t.ns + 1)) / kDayNs) - 1;
}

int64_t MonthOf(Day day) {
  return absl::CivilMonth(absl::CivilDay(1970, 1, 1) + day) - absl::CivilMonth(1970, 1);
}

std::vector<Point> PointsOf(const std::vector<Point>& points, const Window& window) {
  const auto last = LastBefore(points, window);
  const auto holds = [&](const Point& point) {
    const auto it = last.find(point.key);
    return it != last.end() && it->second == point.at;
  };
  std::vector<Point> out;
  for (const Point& point : points) {
    const bool reaches_in = IsSpan(point) && point.at >= window.to && point.from < window.to;
    if (Covers(window, point.at) || reaches_in || holds(point)) out.push_back(point);
  }
  return out;
}

std::vector<DayAccount> AccountByDay(const Timeline& timeline, const Window& window) {
  if (window.to <= window.from) return {};
  const bool one_day = DayOf(window.from) == DayOf({window.to.ns - 1});
  if (one_day) return {{DayOf(window.from), AccountOf(timeline, window)}};
  std::vector<DayAccount> days;
  for (ServerTime from = window.from; from < window.to;) {
    const Day day = DayOf(from);
    const Window span{from, std::min(StartOf(day + 1), window.to)};
    days.push_back({day, AccountOf({PointsOf(timeline.points, span), timeline.last_contact}, span)});
    from = span.to;
  }
  return days;
}

void WindowSum::FillUp(Entry& entry, ServerTime to) const {
  const int64_t missing = to.ns - entry.through.ns;
  if (missing == 0) return;
  KeyAccount& sum = entry.account;
  sum.outages = Join(sum.outages, entry.through.ns - from_.ns, {}, missing);
  Of(sum.totals, TimeClass::kNotRequired) += missing;
  entry.through = to;
}

void WindowSum::Add(const KeyAccount& account) {
  auto entry = std::find_if(entries_.begin(), entries_.end(),
                            [&](const Entry& known) { return known.account.key == account.key; });
  if (entry == entries_.end()) {
    entry = entries_.insert(entries_.end(), {{.key = account.key}, from_});
  }
  FillUp(*entry, span_.from);
  KeyAccount& sum = entry->account;
  sum.outages = Join(sum.outages, span_.from.ns - from_.ns, account.outages, span_.to.ns - span_.from.ns);
  compliance::Add(sum.totals, account.totals);
  sum.uncertainty_ns = std::max(sum.uncertainty_ns, account.uncertainty_ns);
  for (const CauseTotal& cause : account.causes) {
    const auto known = std::find_if(sum.causes.begin(), sum.causes.end(), [&](const CauseTotal& c) {
      return c.time_class == cause.time_class && c.cause == cause.cause;
    });
    if (known == sum.causes.end()) {
      sum.causes.push_back(cause);
    } else {
      known->ns += cause.ns;
    }
  }
  entry->through = span_.to;
}

std::vector<KeyAccount> WindowSum::Take(ServerTime to) {
  std::vector<KeyAccount> out;
  for (Entry& entry : entries_) {
    FillUp(entry, to);
    std::sort(entry.account.causes.begin(), entry.account.causes.end(),
              [](const CauseTotal& a, const CauseTotal& b) {
                return std::tie(a.time_class, a.cause) < std::tie(b.time_class, b.cause);
              });
    out.push_back(std::move(entry.account));
  }
  entries_.clear();
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return out;
}

}  // namespace holdfast::compliance

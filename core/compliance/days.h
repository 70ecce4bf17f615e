// Accounts by UTC day: what a report is summed from. A day that is over and complete is kept as it is, so
// that a month of a large fleet is read, not computed. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/compliance/account.h"

namespace holdfast::compliance {

using Day = int64_t;  // days since 1970-01-01 UTC
inline constexpr int64_t kDayNs = int64_t{86400} * 1'000'000'000;

Day DayOf(ServerTime t);
inline ServerTime StartOf(Day day) {
  return {day * kDayNs};
}
// Months since January 1970.
int64_t MonthOf(Day day);

struct DayAccount {
  Day day = 0;
  std::vector<KeyAccount> keys;  // by key; none where nothing was required yet
  friend bool operator==(const DayAccount&, const DayAccount&) = default;
};

// Of points that decide a wider window, those that decide `window`: the ones inside, and the ones before it
// that still hold when it begins.
std::vector<Point> PointsOf(const std::vector<Point>& points, const Window& window);

// The account of each day that the window touches, in order; the first and the last may be parts of a day.
// The points are those that decide the window.
std::vector<DayAccount> AccountByDay(const Timeline& timeline, const Window& window);

// Sums accounts of spans that follow one another. A key that has no account of a span was not required in it.
class WindowSum {
 public:
  explicit WindowSum(ServerTime from) : from_(from), span_{from, from} {}
  // What is added next is of this span, which does not begin before the last one ended.
  void BeginSpan(const Window& span) { span_ = span; }
  void Add(const KeyAccount& account);
  // The keys' accounts of the window that ends here, by key.
  std::vector<KeyAccount> Take(ServerTime to);

 private:
  struct Entry {
    KeyAccount account;
    ServerTime through;
  };
  void FillUp(Entry& entry, ServerTime to) const;

  ServerTime from_;
  Window span_;
  std::vector<Entry> entries_;
};

// Whole days, in order, as bytes; small, and its own inverse.
std::string EncodeDays(const std::vector<DayAccount>& days);
// Calls `visit` for each key of each day, in order; the account is valid during the call only. DATA_LOSS when
// the bytes are not EncodeDays'.
absl::Status ReadDays(absl::string_view bytes, absl::FunctionRef<void(Day, const KeyAccount&)> visit);

}  // namespace holdfast::compliance

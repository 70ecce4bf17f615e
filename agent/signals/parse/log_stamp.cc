#include "agent/signals/parse/log_stamp.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/signals/parse/scan.h"

namespace holdfast::parse {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kDay = 86'400 * kSecond;
constexpr std::array<absl::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool Take(absl::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// "2025-07-09 "
std::optional<absl::CivilDay> TakeDay(absl::string_view& text) {
  absl::string_view rest = text;
  const auto year = TakeDigits(rest, 4);
  // A year beyond these is no stamp, and its nanoseconds would not fit.
  if (!year || *year < 1970 || *year > 2200 || !Take(rest, '-')) return std::nullopt;
  const auto month = TakeDigits(rest, 2);
  if (!month || !Take(rest, '-')) return std::nullopt;
  const auto day = TakeDigits(rest, 2);
  if (!day || (!Take(rest, ' ') && !Take(rest, 'T'))) return std::nullopt;
  const absl::CivilDay civil(*year, *month, *day);  // 31 June becomes 1 July
  if (civil.month() != *month || civil.day() != *day) return std::nullopt;
  text = rest;
  return civil;
}

// "Mar 28 ": of a year that is not told, so all that is known is that a time follows.
void SkipMonthAndDay(absl::string_view& text) {
  absl::string_view rest = text;
  if (std::find(kMonths.begin(), kMonths.end(), rest.substr(0, 3)) == kMonths.end()) return;
  rest.remove_prefix(3);
  SkipBlanks(rest);
  if (TakeNumber(rest) && Take(rest, ' ')) text = rest;
}

int64_t TakeFraction(absl::string_view& text) {
  if (text.size() < 2 || (text[0] != '.' && text[0] != ',') || text[1] < '0' || text[1] > '9') return 0;
  text.remove_prefix(1);
  int64_t ns = 0, unit = kSecond / 10;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    ns += unit * (text.front() - '0');
    unit /= 10;
    text.remove_prefix(1);
  }
  return ns;
}

std::optional<int64_t> TakeTime(absl::string_view& text) {
  absl::string_view rest = text;
  const auto hour = TakeDigits(rest, 2);
  if (!hour || *hour > 23 || !Take(rest, ':')) return std::nullopt;
  const auto minute = TakeDigits(rest, 2);
  if (!minute || *minute > 59 || !Take(rest, ':')) return std::nullopt;
  const auto second = TakeDigits(rest, 2);
  if (!second || *second > 60) return std::nullopt;
  const int64_t fraction = TakeFraction(rest);
  text = rest;
  return (int64_t{*hour} * 3600 + int64_t{*minute} * 60 + *second) * kSecond + fraction;
}

// "+0800", " +0800" (Console before macOS 10.13), "Z"
std::optional<int> TakeZone(absl::string_view& text) {
  absl::string_view rest = text;
  if (Take(rest, 'Z')) {
    text = rest;
    return 0;
  }
  Take(rest, ' ');
  const bool west = !rest.empty() && rest.front() == '-';
  if (!west && (rest.empty() || rest.front() != '+')) return std::nullopt;
  rest.remove_prefix(1);
  const auto hours = TakeDigits(rest, 2);
  const auto minutes = TakeDigits(rest, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
  text = rest;
  return (west ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

}  // namespace

std::optional<absl::Time> LogStamp::Absolute() const {
  if (!day || !ns_of_day || !zone) return std::nullopt;
  return absl::FromCivil(*day, absl::UTCTimeZone()) + absl::Nanoseconds(*ns_of_day) - absl::Seconds(*zone);
}

std::string LogStamp::ToString() const {
  std::string out;
  if (!ns_of_day) return out;
  if (day) out = absl::StrFormat("%04d-%02d-%02d ", day->year(), day->month(), day->day());
  const int64_t seconds = *ns_of_day / kSecond;
  absl::StrAppendFormat(&out, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (const int64_t us = *ns_of_day % kSecond / 1000; us != 0) {
    if (us % 1000 == 0) {
      absl::StrAppendFormat(&out, ".%03d", us / 1000);
    } else {
      absl::StrAppendFormat(&out, ".%06d", us);
    }
  }
  if (zone) {
    const int minutes = std::abs(*zone) / 60;
    absl::StrAppendFormat(&out, "%c%02d%02d", *zone < 0 ? '-' : '+', minutes / 60, minutes % 60);
  }
  return out;
}

std::optional<LogStamp> TakeStamp(absl::string_view& text) {
  absl::string_view rest = text;
  LogStamp stamp;
  stamp.day = TakeDay(rest);
  if (!stamp.day) SkipMonthAndDay(rest);
  stamp.ns_of_day = TakeTime(rest);
  if (!stamp.ns_of_day) return std::nullopt;
  stamp.zone = TakeZone(rest);
  text = rest;
  return stamp;
}

MonoTime StampClock::Note(const LogStamp& stamp) {
  if (!stamp.ns_of_day) return last_;
  int64_t ns = *stamp.ns_of_day - int64_t{stamp.zone.value_or(0)} * kSecond;
  if (stamp.day) {
    ns += (*stamp.day - absl::CivilDay(1970, 1, 1)) * kDay;
  } else {
    // Half a day back is the next day; less is only disorder.
    if (last_ns_of_day_ && *stamp.ns_of_day < *last_ns_of_day_ - kDay / 2) ++days_;
    last_ns_of_day_ = stamp.ns_of_day;
    ns += days_ * kDay;
  }
  last_ = std::max(last_, MonoTime{ns});
  return last_;
}

}  // namespace holdfast::parse

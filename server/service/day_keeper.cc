#include "server/service/day_keeper.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "server/service/lifecycle.h"

namespace holdfast::server {
namespace {

using compliance::Day;
using compliance::DayAccount;
using compliance::DayOf;
using compliance::KeyAccount;
using compliance::MonthOf;
using compliance::StartOf;

constexpr int kDevicesPerSlice = 100;
// Rows of a day's last minutes are often under way when it ends.
constexpr absl::Duration kSettle = absl::Hours(1);
constexpr absl::Duration kPause = absl::Minutes(10);
// What is older is computed when it is asked for: a clock that was years behind must not cost years of days.
constexpr Day kMostDays = 400;

}  // namespace

absl::Status DayKeeper::Forget(Context& context, fleet::DeviceRecord& record, ServerTime from) {
  const Day day = DayOf(from);
  if (record.kept.empty() || day > record.kept.last) return absl::OkStatus();
  record.kept = day > record.kept.first ? fleet::KeptDays{record.kept.first, day - 1} : fleet::KeptDays{};
  return context.store.SetKeptDays(record.key, record.kept);
}

absl::Status DayKeeper::Slice() {
  const ServerTime now = context_.Now();
  if (now < next_) return absl::OkStatus();
  const Day through = DayOf(now - kSettle) - 1;
  HOLDFAST_ASSIGN_OR_RETURN(const auto keys, context_.store.DevicesWithDaysToKeep(through, kDevicesPerSlice));
  if (keys.empty()) {
    next_ = now + kPause;
    return absl::OkStatus();
  }
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context_.store));
  absl::Status kept;
  for (size_t i = 0; i < keys.size() && kept.ok(); ++i) kept = Keep(keys[i], through);
  if (kept.ok()) kept = transaction.Commit();
  if (!kept.ok()) directory_.InvalidateAll();
  return Annotate(kept, "keeping the accounts of days that are over");
}

absl::Status DayKeeper::Keep(fleet::DeviceKey key, Day through) {
  HOLDFAST_ASSIGN_OR_RETURN(auto record, context_.store.DeviceByKey(key));
  if (!record) return absl::OkStatus();
  Day last = std::min(through, DayOf(record->last_seen) - 1);
  if (record->revoked) last = std::min(last, DayOf(*record->revoked) - 1);
  const bool anew = record->kept.empty();
  Day first = record->kept.last + 1;
  if (anew) {
    HOLDFAST_ASSIGN_OR_RETURN(const auto begin, context_.store.FirstPoint(key));
    // Before its first point nothing was required of a device.
    first = begin ? DayOf(*begin) : last + 1;
    record->kept.first = std::min(first, Day{0});
    if (last - first >= kMostDays) record->kept.first = first = last - kMostDays + 1;
  }
  absl::Status made;
  if (first <= last) {
    absl::StatusOr<std::vector<DayAccount>> before = std::vector<DayAccount>();
    if (!anew) before = KeptBefore(key, first);
    made = before.ok() ? KeepDays(*record, first, last, *std::move(before)) : before.status();
  }
  record->kept.last = last;
  if (absl::IsDataLoss(made)) record->kept = {};  // damaged bytes are made anew, all of them
  if (!made.ok() && !absl::IsDataLoss(made)) return made;
  HOLDFAST_RETURN_IF_ERROR(context_.store.SetKeptDays(key, record->kept));
  if (LiveDevice* live = directory_.Peek(record->id)) live->record.kept = record->kept;
  return absl::OkStatus();
}

absl::Status DayKeeper::KeepDays(const fleet::DeviceRecord& record, Day first, Day last,
                                 std::vector<DayAccount> month) {
  const compliance::Window window{StartOf(first), StartOf(last + 1)};
  HOLDFAST_ASSIGN_OR_RETURN(auto points, context_.store.PointsFor(record.key, window.from, window.to));
  HOLDFAST_RETURN_IF_ERROR(AddAbsences(context_.store, record, points));
  for (DayAccount& day : compliance::AccountByDay({std::move(points), record.last_seen}, window)) {
    month.push_back(std::move(day));
    const Day made = month.back().day;
    if (made != last && MonthOf(made) == MonthOf(made + 1)) continue;
    HOLDFAST_RETURN_IF_ERROR(
        context_.store.PutMonth(record.key, MonthOf(made), compliance::EncodeDays(month)));
    month.clear();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<DayAccount>> DayKeeper::KeptBefore(fleet::DeviceKey key, Day first) {
  std::vector<DayAccount> days;
  absl::Status read;
  const auto add = [&](Day day, const KeyAccount& account) {
    if (day >= first) return;
    if (days.empty() || days.back().day != day) days.push_back({day, {}});
    days.back().keys.push_back(account);
  };
  const int64_t month = MonthOf(first);
  HOLDFAST_RETURN_IF_ERROR(context_.store.EachMonthOf(
      key, month, month, [&](int64_t, absl::string_view bytes) { read = compliance::ReadDays(bytes, add); }));
  if (!read.ok()) return read;
  return days;
}

}  // namespace holdfast::server

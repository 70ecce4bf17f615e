#include "agent/daemon/helper_desk.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace holdfast::agent {
namespace {

// A helper that has fetched a task and not come back for longer than this, which is more than kTaskPatience,
// is gone.
constexpr absl::Duration kBusy = absl::Seconds(15);

bool CanDo(const control::Task& task, bool starts, bool notifies) {
  return std::holds_alternative<control::StartTask>(task) ? starts : notifies;
}

}  // namespace

HelperDesk::Seat& HelperDesk::SeatOf(uint32_t uid) {
  std::unique_ptr<Seat>& seat = seats_[uid];
  if (seat == nullptr) seat = std::make_unique<Seat>(executor_);
  return *seat;
}

void HelperDesk::Ask(uint32_t uid, const control::TaskRequest& request, control::GiveTask give) {
  Seat& seat = SeatOf(uid);
  if (seat.version != request.version) {
    log_(absl::StrCat("the helper of uid ", uid, " is here, version ", request.version,
                      request.starts ? "; it starts services" : "",
                      request.notifies ? "; it shows notifications" : ""));
  }
  seat.version = request.version;
  seat.starts = request.starts;
  seat.notifies = request.notifies;
  seat.seen = clock_.Now().mono;
  SendAway(seat);
  seat.waiting = std::move(give);
  seat.patience.Set(seat.seen + kAskAgain, [this, &seat] {
    seat.seen = clock_.Now().mono;
    SendAway(seat);
  });
  if (request.done) Finish(seat, request.done->number, request.done->status);
  Give(seat);
}

bool HelperDesk::CanStart(uint32_t uid) const {
  const auto seat = seats_.find(uid);
  if (seat == seats_.end() || !seat->second->starts) return false;
  return seat->second->waiting || clock_.Now().mono - seat->second->seen < kBusy;
}

void HelperDesk::Start(uint32_t uid, const control::StartTask& task, std::function<void(absl::Status)> done) {
  Add(uid, task, kTaskPatience, std::move(done));
}

void HelperDesk::Notify(uint32_t uid, control::NotifyTask task) {
  DropOldNotices(SeatOf(uid));
  Add(uid, std::move(task), kNoticeLasts, nullptr);
}

void HelperDesk::Add(uint32_t uid, control::Task task, absl::Duration lasts,
                     std::function<void(absl::Status)> done) {
  Seat& seat = SeatOf(uid);
  auto pending = std::make_unique<Pending>(executor_);
  pending->number = ++last_number_;
  pending->task = std::move(task);
  pending->done = std::move(done);
  pending->patience.Set(clock_.Now().mono + lasts, [&seat, number = pending->number, lasts] {
    Finish(seat, number,
           absl::DeadlineExceededError(
               absl::StrCat("the helper did not answer within ", absl::FormatDuration(lasts))));
  });
  seat.tasks.push_back(std::move(pending));
  Give(seat);
}

void HelperDesk::Give(Seat& seat) {
  if (!seat.waiting) return;
  const auto next = std::find_if(seat.tasks.begin(), seat.tasks.end(), [&](const auto& pending) {
    return !pending->given && CanDo(pending->task, seat.starts, seat.notifies);
  });
  if (next == seat.tasks.end()) return;
  (*next)->given = true;
  seat.patience.Cancel();
  std::exchange(seat.waiting, nullptr)(control::NumberedTask{(*next)->number, (*next)->task});
}

void HelperDesk::DropOldNotices(Seat& seat) {
  const auto is_notice = [](const auto& pending) {
    return std::holds_alternative<control::NotifyTask>(pending->task);
  };
  if (std::count_if(seat.tasks.begin(), seat.tasks.end(), is_notice) < static_cast<int>(kMaxNotices)) return;
  seat.tasks.erase(std::find_if(seat.tasks.begin(), seat.tasks.end(), is_notice));
}

// A number that is not known (any more) is ignored: its time is over, and something else was done.
void HelperDesk::Finish(Seat& seat, uint64_t number, const absl::Status& status) {
  const auto found = std::find_if(seat.tasks.begin(), seat.tasks.end(),
                                  [&](const auto& pending) { return pending->number == number; });
  if (found == seat.tasks.end()) return;
  const std::unique_ptr<Pending> pending = std::move(*found);
  seat.tasks.erase(found);
  if (pending->done) pending->done(status);
}

void HelperDesk::SendAway(Seat& seat) {
  seat.patience.Cancel();
  if (seat.waiting) std::exchange(seat.waiting, nullptr)(std::nullopt);
}

}  // namespace holdfast::agent

// Hands out tasks to the helpers in users' sessions (holdfast-session), one per user.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/control/tasks.h"
#include "base/executor.h"
#include "base/timer.h"

namespace holdfast::agent {

inline constexpr absl::Duration kTaskPatience = absl::Seconds(10);  // until a start must be answered
inline constexpr absl::Duration kAskAgain = absl::Seconds(45);      // a helper waits for a task so long
inline constexpr absl::Duration kNoticeLasts = absl::Minutes(10);   // one that nobody fetched is dropped
inline constexpr size_t kMaxNotices = 8;                            // per user; the oldest goes

// All methods, and all calls it makes, on the executor.
class HelperDesk {
 public:
  // Must outlive it; `log` takes a line.
  HelperDesk(Executor& executor, const Clock& clock, std::function<void(const std::string&)> log)
      : executor_(executor), clock_(clock), log_(std::move(log)) {}
  HelperDesk(const HelperDesk&) = delete;
  HelperDesk& operator=(const HelperDesk&) = delete;

  // A helper of this user reports and wants a task. Of two helpers of one user the later one is served.
  void Ask(uint32_t uid, const control::TaskRequest& request, control::GiveTask give);

  // Whether a helper that starts services is there for this user.
  bool CanStart(uint32_t uid) const;
  // `done` is called once, later: what the helper said, or DEADLINE_EXCEEDED.
  void Start(uint32_t uid, const control::StartTask& task, std::function<void(absl::Status)> done);
  // Kept until a helper of this user fetches it, for kNoticeLasts at most.
  void Notify(uint32_t uid, control::NotifyTask task);

 private:
  struct Pending {
    explicit Pending(Executor& executor) : patience(executor) {}
    uint64_t number = 0;
    control::Task task;
    bool given = false;
    std::function<void(absl::Status)> done;  // null for a notice
    Timer patience;
  };
  struct Seat {
    explicit Seat(Executor& executor) : patience(executor) {}
    control::GiveTask waiting;  // null: the helper is busy, or gone
    Timer patience;
    MonoTime seen;
    std::string version;  // empty: no helper has come yet
    bool starts = false, notifies = false;
    std::deque<std::unique_ptr<Pending>> tasks;
  };

  Seat& SeatOf(uint32_t uid);
  void Add(uint32_t uid, control::Task task, absl::Duration lasts, std::function<void(absl::Status)> done);
  void Give(Seat& seat);
  static void DropOldNotices(Seat& seat);
  static void Finish(Seat& seat, uint64_t number, const absl::Status& status);
  static void SendAway(Seat& seat);

  Executor& executor_;
  const Clock& clock_;
  const std::function<void(const std::string&)> log_;
  uint64_t last_number_ = 0;
  std::map<uint32_t, std::unique_ptr<Seat>> seats_;  // by uid
};

}  // namespace holdfast::agent

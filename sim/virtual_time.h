// Virtual time: a clock and an executor in one, run by the test's own thread. Work runs in the order of
// (due, id), so equal schedules run equally. Not thread-safe: everything happens in the thread that calls
// Run*.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <utility>

#include "base/executor.h"
#include "base/time.h"
#include "sim/clock_control.h"

namespace holdfast::sim {

class VirtualTime final : public Clock, public Executor, public ClockControl {
 public:
  // Starts on a Monday morning in UTC, so that traces read like a working day.
  VirtualTime();
  explicit VirtualTime(WallTime start);

  Stamp Now() const override;
  void Post(std::function<void()> work) override;
  TimerId PostAt(MonoTime due, std::function<void()> work) override;
  void Cancel(TimerId id) override;

  // Runs the earliest work and moves the clock to its due time; false when there is none.
  bool RunOne();
  // Runs all that falls due up to `until` (in the boot of the call), then stands at `until`. Returns how
  // many pieces of work ran.
  size_t RunUntil(MonoTime until);
  size_t RunFor(absl::Duration duration);
  size_t pending() const { return queue_.size(); }

  void JumpWall(absl::Duration by) override { wall_offset_ += by; }
  void NewBoot() override { Reboot(); }
  // A new boot: another boot id, and the monotonic clock starts again at zero. Queued work stays and runs
  // at the moment it was meant for; owners that die in a reboot cancel theirs.
  void Reboot();

 private:
  // Nanoseconds since construction; never goes back, whatever the machine's clocks do.
  using WorldNs = int64_t;
  size_t RunThrough(WorldNs until);

  WallTime start_;
  WorldNs now_ = 0;
  WorldNs booted_ = 0;
  uint64_t boots_ = 1;
  absl::Duration wall_offset_;
  TimerId last_id_ = 0;
  std::map<std::pair<WorldNs, TimerId>, std::function<void()>> queue_;
  std::map<TimerId, WorldNs> due_;
};

}  // namespace holdfast::sim

// Virtual time: a clock and an executor in one, run by the test's own thread. Work runs in the order of
// (due, posting), so equal schedules run equally. Not thread-safe: everything happens in the thread that
// calls Run*.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

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

  // Work of a lane waits while the lane stands still, as a process does while its machine sleeps, and runs
  // in the order in which it fell due once it goes on. Lane 0 never stands still.
  using Lane = uint32_t;
  Lane NewLane();
  TimerId PostAt(MonoTime due, std::function<void()> work, Lane lane);
  void StopLane(Lane lane) { lanes_[lane].stopped = true; }
  void ResumeLane(Lane lane);

  // Runs the earliest work and moves the clock to its due time; false when there is none.
  bool RunOne();
  // Runs all that falls due up to `until` (in the boot of the call), then stands at `until`. Returns how
  // many pieces of work ran.
  size_t RunUntil(MonoTime until);
  size_t RunFor(absl::Duration duration);
  size_t pending() const { return pending_; }

  void JumpWall(absl::Duration by) override { wall_offset_ += by; }
  void NewBoot() override { Reboot(); }
  // A new boot: another boot id, and the monotonic clock starts again at zero. Queued work stays and runs
  // at the moment it was meant for; owners that die in a reboot cancel theirs.
  void Reboot();

 private:
  // Nanoseconds since construction; never goes back, whatever the machine's clocks do.
  using WorldNs = int64_t;
  struct Entry {
    WorldNs at;
    uint64_t order;  // of posting
    uint32_t slot;
  };
  struct Slot {
    std::function<void()> work;
    uint32_t generation = 1;  // an id of an earlier use names nothing
    Lane lane = 0;
    bool cancelled = false;
  };
  struct LaneState {
    bool stopped = false;
    std::vector<Entry> parked;
  };
  static bool Later(const Entry& a, const Entry& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }
  void Push(const Entry& entry);
  Entry Pop();
  void Free(uint32_t slot);
  // The earliest work that may run stands at the front of the heap afterwards; false when there is none.
  bool FindFirst();
  size_t RunThrough(WorldNs until);

  WallTime start_;
  WorldNs now_ = 0;
  WorldNs booted_ = 0;
  uint64_t boots_ = 1;
  BootId boot_;
  absl::Duration wall_offset_;
  uint64_t posted_ = 0;
  size_t pending_ = 0;
  std::vector<Entry> heap_;  // the earliest in front
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  std::vector<LaneState> lanes_;
};

}  // namespace holdfast::sim

// A real clock that a scenario can move: the wall clock apart from the monotonic one, and the name of the
// boot.
#pragma once

#include <mutex>

#include "base/time.h"
#include "sim/clock_control.h"

namespace holdfast::sim {

// Any thread may call any method.
class SkewedClock final : public Clock, public ClockControl {
 public:
  // `base` must outlive it.
  explicit SkewedClock(const Clock& base) : base_(base) {}
  Stamp Now() const override;
  void JumpWall(absl::Duration by) override;
  // Changes the boot id alone: the monotonic clock runs on, because timers of the process hang on it.
  void NewBoot() override;

 private:
  const Clock& base_;
  mutable std::mutex mutex_;
  absl::Duration offset_;
  uint8_t boots_ = 0;
};

}  // namespace holdfast::sim

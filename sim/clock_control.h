// What a scenario may do to a machine's clock.
#pragma once

#include "absl/time/time.h"

namespace holdfast::sim {

class ClockControl {
 public:
  virtual ~ClockControl() = default;
  // Moves the wall clock; the monotonic one does not notice.
  virtual void JumpWall(absl::Duration by) = 0;
  // From now on the clock names another boot.
  virtual void NewBoot() = 0;
};

}  // namespace holdfast::sim

#include "sim/skewed_clock.h"

namespace holdfast::sim {

Stamp SkewedClock::Now() const {
  Stamp stamp = base_.Now();
  std::lock_guard lock(mutex_);
  stamp.wall = stamp.wall + offset_;
  stamp.boot.bytes[0] = static_cast<uint8_t>(stamp.boot.bytes[0] + boots_);
  return stamp;
}

void SkewedClock::JumpWall(absl::Duration by) {
  std::lock_guard lock(mutex_);
  offset_ += by;
}

void SkewedClock::NewBoot() {
  std::lock_guard lock(mutex_);
  ++boots_;
}

}  // namespace holdfast::sim

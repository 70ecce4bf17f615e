// So many a second, and after a pause that many at once. Not thread-safe: its owner locks.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace holdfast::server {

class TokenBucket {
 public:
  // Full at first. A clock that goes back gives nothing.
  double Refill(double per_second, double burst, MonoTime now) {
    if (!used_) {
      tokens_ = burst;
    } else if (now > filled_) {
      tokens_ = std::min(burst, tokens_ + absl::ToDoubleSeconds(now - filled_) * per_second);
    } else {
      return tokens_;
    }
    used_ = true;
    filled_ = now;
    return tokens_;
  }
  void Take() { tokens_ -= 1; }

 private:
  double tokens_ = 0;
  MonoTime filled_;
  bool used_ = false;
};

}  // namespace holdfast::server

#include "server/service/heartbeat_stretch.h"

#include <algorithm>

namespace holdfast::server {

bool HeartbeatStretch::Judge(bool turned_away, MonoTime now) {
  if (turned_away) turned_away_ = now;
  const bool longer =
      turned_away && doublings_ < kMostDoublings && (!stepped_ || now - *stepped_ >= kDoubleEvery);
  const bool shorter = doublings_ > 0 && now - std::max(turned_away_, *stepped_) >= kHalveAfter;
  if (!longer && !shorter) return false;
  doublings_ += longer ? 1 : -1;
  stepped_ = now;
  return true;
}

absl::Duration HeartbeatStretch::For(absl::Duration interval) const {
  const absl::Duration wanted = std::min(kLongest, std::max(at_least_, interval * factor()));
  return wanted > interval ? wanted : absl::ZeroDuration();
}

}  // namespace holdfast::server

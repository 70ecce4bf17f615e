// How reachable a device is, by the time since it was last heard of. Pure.
#pragma once

#include "absl/time/time.h"
#include "base/time.h"
#include "server/service/admin_messages.h"

namespace holdfast::server {

inline constexpr absl::Duration kOnlineSlack = absl::Seconds(60);
inline constexpr int kLateIntervals = 5;
inline constexpr absl::Duration kMissingAfter = absl::Hours(24 * 30);
// A device that said nothing before it went silent for this long is an incident.
inline constexpr absl::Duration kSilentIncidentAfter = absl::Hours(24);

// After this long nothing is known of a device that did not say goodbye.
inline absl::Duration SilentAfter(absl::Duration interval) {
  return interval + kOnlineSlack;
}

// online: within the interval and a minute; late: within five intervals and a minute; missing: 30 days; else
// offline, and at once after a goodbye.
inline Reachability ReachabilityOf(ServerTime now, ServerTime last_seen, bool asleep,
                                   absl::Duration interval) {
  const absl::Duration silence = now - last_seen;
  if (silence >= kMissingAfter) return Reachability::kMissing;
  if (asleep) return Reachability::kOffline;
  if (silence <= SilentAfter(interval)) return Reachability::kOnline;
  return silence <= kLateIntervals * interval + kOnlineSlack ? Reachability::kLate : Reachability::kOffline;
}

}  // namespace holdfast::server

// When did a row happen, by the server's clock? Estimated once, when the row arrives, and stored with how far
// off it may be. In the order of trust: an anchor of the row's own boot and the monotonic clock; the moment
// the message was sent; the device's wall clock and its offset now.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time.h"
#include "proto/wire/agent_messages.h"
#include "storage/fleet/records.h"

namespace holdfast::server {

struct Estimate {
  ServerTime at;
  int64_t uncertainty_ns = 0;
};

// How much a monotonic clock may drift, how long a message may have been under way, and how far a wall clock
// is trusted. The last one is a convention, not a bound: a clock that jumped is off by what it jumped.
inline constexpr int64_t kDriftPerMillion = 100;
inline constexpr absl::Duration kLongestTransit = absl::Seconds(30);
inline constexpr absl::Duration kWallUncertainty = absl::Minutes(5);

// The request's anchor when it fits the message that carries it; nothing when device and server disagree by
// more than a message can be under way.
std::optional<fleet::Anchor> UsableAnchor(const std::optional<wire::TimeAnchor>& anchor, const Stamp& sent,
                                          ServerTime received);

class TimeEstimator {
 public:
  using AnchorLookup = std::function<absl::StatusOr<std::optional<fleet::Anchor>>(const BootId&)>;

  // `lookup` finds what is stored of earlier boots.
  TimeEstimator(ServerTime received, const Stamp& sent, const std::optional<fleet::Anchor>& anchor,
                AnchorLookup lookup);

  // Never after `received`; by the wall clock alone, never before `not_before` (the row before it).
  absl::StatusOr<Estimate> For(const Stamp& at, ServerTime not_before);

 private:
  absl::StatusOr<std::optional<fleet::Anchor>> AnchorOf(const BootId& boot);

  ServerTime received_;
  Stamp sent_;
  AnchorLookup lookup_;
  std::vector<std::pair<BootId, std::optional<fleet::Anchor>>> anchors_;  // looked up so far
};

}  // namespace holdfast::server

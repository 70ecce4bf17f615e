#include "server/service/time_estimate.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/error.h"

namespace holdfast::server {
namespace {

// Clocks are the device's word: a sum must not overflow whatever they say.
int64_t Plus(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? INT64_MAX : INT64_MIN;
}
int64_t Minus(int64_t a, int64_t b) {
  int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return b < 0 ? INT64_MAX : INT64_MIN;
}

int64_t Drift(int64_t elapsed) {
  return std::abs(elapsed / 1000000) * kDriftPerMillion;
}

int64_t Nanos(absl::Duration d) {
  return absl::ToInt64Nanoseconds(d);
}

Estimate ByAnchor(const fleet::Anchor& anchor, MonoTime mono) {
  const int64_t elapsed = Minus(mono.ns, anchor.mono.ns);
  return {{Plus(anchor.server.ns, elapsed)}, Plus(anchor.uncertainty_ns, Drift(elapsed))};
}

}  // namespace

std::optional<fleet::Anchor> UsableAnchor(const std::optional<wire::TimeAnchor>& anchor, const Stamp& sent,
                                          ServerTime received) {
  if (!anchor || anchor->boot != sent.boot || anchor->mono > sent.mono) return std::nullopt;
  if (anchor->round_trip < absl::ZeroDuration() || anchor->round_trip > 2 * kLongestTransit)
    return std::nullopt;
  const fleet::Anchor usable{anchor->boot, anchor->mono, anchor->server_time, Nanos(anchor->round_trip) / 2};
  const Estimate sent_at = ByAnchor(usable, sent.mono);
  const int64_t transit = Minus(received.ns, sent_at.at.ns);
  if (transit < -sent_at.uncertainty_ns) return std::nullopt;
  if (transit > Plus(Nanos(kLongestTransit), sent_at.uncertainty_ns)) return std::nullopt;
  return usable;
}

TimeEstimator::TimeEstimator(ServerTime received, const Stamp& sent,
                             const std::optional<fleet::Anchor>& anchor, AnchorLookup lookup)
    : received_(received), sent_(sent), lookup_(std::move(lookup)) {
  if (anchor) anchors_.emplace_back(anchor->boot, anchor);
}

absl::StatusOr<std::optional<fleet::Anchor>> TimeEstimator::AnchorOf(const BootId& boot) {
  for (const auto& [known, anchor] : anchors_) {
    if (known == boot) return anchor;
  }
  HOLDFAST_ASSIGN_OR_RETURN(std::optional<fleet::Anchor> anchor, lookup_(boot));
  anchors_.emplace_back(boot, anchor);
  return anchor;
}

absl::StatusOr<Estimate> TimeEstimator::For(const Stamp& at, ServerTime not_before) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::optional<fleet::Anchor> anchor, AnchorOf(at.boot));
  Estimate estimate;
  if (anchor) {
    estimate = ByAnchor(*anchor, at.mono);
  } else if (at.boot == sent_.boot) {
    const int64_t ago = Minus(sent_.mono.ns, at.mono.ns);
    estimate = {{Minus(received_.ns, ago)}, Plus(Nanos(kLongestTransit), Drift(ago))};
  } else {
    const int64_t offset = Minus(received_.ns, sent_.wall.ns);
    estimate = {{Plus(at.wall.ns, offset)}, Nanos(kWallUncertainty)};
    const ServerTime floor = std::min(not_before, received_);
    if (estimate.at < floor) {
      estimate.uncertainty_ns = Plus(estimate.uncertainty_ns, Minus(floor.ns, estimate.at.ns));
      estimate.at = floor;
    }
  }
  if (estimate.at > received_) {
    estimate.uncertainty_ns = Plus(estimate.uncertainty_ns, Minus(estimate.at.ns, received_.ns));
    estimate.at = received_;
  }
  return estimate;
}

}  // namespace holdfast::server

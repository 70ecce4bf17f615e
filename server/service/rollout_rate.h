// The arithmetic of a roll-out. Pure.
#pragma once

#include "base/ids.h"
#include "base/sha256.h"
#include "storage/fleet/records.h"

namespace holdfast::server {

// Whether the device is among the first `percent` of a hundred for this policy version. A higher percent only
// adds devices, and each version has others first.
bool InShare(const Uuid& device, const Sha256Digest& policy, int percent);

// Below these a rate says nothing.
inline constexpr int kLeastCounted = 5;
inline constexpr int kLeastFailed = 3;
// Devices without the version: with fewer, nothing is known of what would have been without it.
inline constexpr int kLeastOthers = 5;

struct RolloutRate {
  double failed = 0;    // in percent of the devices counted
  double expected = 0;  // the same of what would have been without the version, at most `failed`
  bool believed = false;
  bool exceeded = false;  // believed, and failed - expected is above the roll-out's bound
};
RolloutRate RateOf(const fleet::HandedCounts& counts, const fleet::RolloutRecord& rollout);

}  // namespace holdfast::server

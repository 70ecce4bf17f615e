// Trusted networks: only a beacon's key proves one.
#pragma once

#include <optional>

#include "core/engine/state.h"

namespace holdfast::engine {

// The network is another one, or the Mac woke up on it: nothing is proven about it.
void ForgetTrust(Core& core, Turn& turn);
// What is known about the network, or what the policy says of it, changed.
void AskBeaconsAnew(Core& core, MonoTime now);

void RunTrust(Core& core, Turn& turn);
void OnBeacon(Core& core, Turn& turn, const BeaconFacts& facts);
// Stops what the policy wants down on a trusted network.
void KeepTrusted(Core& core, Turn& turn, Service& service);

// Proven, and the policy makes a difference of it.
bool IsTrusted(const Core& core);
// Not proven, and the policy starts nothing there.
bool LeavesUntrustedAlone(const Core& core);
// Until when an answer may come that decides about starts.
std::optional<MonoTime> TrustPendingUntil(const Core& core, MonoTime now);

}  // namespace holdfast::engine

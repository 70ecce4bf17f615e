// Captive portals: our remediation pauses while a person may be signing in, with a budget.
#pragma once

#include <optional>

#include "core/engine/state.h"

namespace holdfast::engine {

// The network is another one, or the Mac woke up on it.
void LookForPortalAnew(Core& core, Turn& turn);
// An attempt got no answer: perhaps a portal swallowed it.
void SuspectPortal(Core& core, MonoTime now);

// Asks the pages when it is time and a required service is not up.
void RunPortal(Core& core, Turn& turn);
void OnPortal(Core& core, Turn& turn, const PortalFacts& facts);

// The end of the hold that runs now.
std::optional<MonoTime> PortalHoldUntil(const Core& core, MonoTime now);
// The hold is over and the portal is still there.
bool OutlastedByPortal(const Core& core, MonoTime now);

}  // namespace holdfast::engine

// Which rule names which service. The first rule that matches a service governs it.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

void OnInstalled(Core& core, Turn& turn, const InstalledFacts& installed);
void OnPolicyApplied(Core& core, Turn& turn, const PolicyApplied& applied);
void OnPolicyRejected(Core& core, Turn& turn, const PolicyRejected& rejected);

// Binds anew where policy, installed services or the console user changed.
void Bind(Core& core, Turn& turn);

}  // namespace holdfast::engine

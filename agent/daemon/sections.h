// The current state as the sections of a Sync, each a JSON text. Nothing in them moves by itself (no
// counters, no ages): a section that has not changed is not sent again.
#pragma once

#include <vector>

#include "core/engine/engine.h"
#include "proto/wire/agent_messages.h"

namespace holdfast::agent {

// "services", "checks", "incidents", "profiles", "policy". Hashes are left to the uplink.
std::vector<wire::StateSection> StateSections(const EngineView& view, const InstalledFacts& installed);

}  // namespace holdfast::agent

// The current state as the sections of a Sync, each a JSON text. Nothing in them moves by itself (no
// counters, no ages): a section that has not changed is not sent again.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/engine/engine.h"
#include "core/system_facts.h"
#include "proto/wire/agent_messages.h"

namespace holdfast::agent {

// Identifiers of what profiles and declarations are known to be installed; nothing while they cannot be read.
std::optional<std::set<std::string>> InstalledProfiles(const SystemFacts& system);

// "services", "checks", "incidents", "profiles", "policy". Hashes are left to the uplink.
std::vector<wire::StateSection> StateSections(const EngineView& view, const InstalledFacts& installed,
                                              const std::optional<std::set<std::string>>& profiles);

}  // namespace holdfast::agent

// What `explain` knows, from the daemon and from Network Extension's preferences file. Pure; thread-safe.
#pragma once

#include <string>

#include "agent/signals/parse/ne_plist.h"
#include "core/flow/flow.h"
#include "holdfast/v1/local_control.pb.h"

namespace holdfast::ctl {

// States, routes and what is installed; no rules of On Demand and no per-app VPN.
FlowFacts FactsOf(const v1::GetStatusResponse& status);

// What is configured; no states and no routes. `source` is the file.
FlowFacts FactsOf(const parse::NePreferences& preferences, const std::string& source);

// Adds to what a daemon knows what only the file of the same Mac says: rules, per-app VPNs, exceptions.
void AddRules(FlowFacts file, FlowFacts& daemon);

}  // namespace holdfast::ctl

// What differs between two readings of the same facts, in words for people: the suspects of an incident.
#pragma once

#include <string>
#include <vector>

#include "core/facts.h"
#include "core/system_facts.h"

namespace holdfast::engine {

// An extension whose newest version changed.
struct ExtensionChange {
  std::string bundle_id;
  std::string from;  // empty: it was not there
  std::string to;    // empty: it is gone
};
std::vector<ExtensionChange> ChangedExtensions(const InstalledFacts& before, const InstalledFacts& now);

// "extension com.example.tunnel 1.0 -> 1.1", "profile com.example.vpn installed", ...
std::vector<std::string> Differences(const InstalledFacts& before, const InstalledFacts& now);
std::vector<std::string> Differences(const SystemFacts& before, const SystemFacts& now);
// "network lost", "network changed"
std::string Difference(const PathFacts& before, const PathFacts& now);

}  // namespace holdfast::engine

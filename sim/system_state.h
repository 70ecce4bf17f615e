// What a simulated Mac's system tells beside sessions and profiles, and how it deviates from what the
// profiles declare: processes that died, old extensions, volumes, somebody's hand in the configurations.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/facts.h"
#include "core/system_facts.h"

namespace holdfast::sim {

// How one extension differs from "activated enabled, in one version, its process running".
struct ExtensionFate {
  bool absent = false;
  std::optional<bool> running = true;
  std::optional<bool> removable;
  std::string state = "activated enabled";
  std::string old_version;  // not empty: also there, waiting to be uninstalled on reboot
  int error = 0;
  std::string error_text;
};

struct SystemState {
  std::map<std::string, ExtensionFate> fates;  // by bundle id
  std::set<std::string> xsan_volumes;
  std::set<std::string> unread;
  std::set<std::string> gone_configurations;
  std::set<std::string> unmanaged_configurations;
  std::map<std::string, std::string> tampered;  // parts of the installation, and how
  std::set<std::string> lost_capabilities;
  bool order_readable = false;
  std::vector<std::string> effective_order;  // empty: as declared

  // `declared` is what the profiles say.
  SystemFacts Facts(SystemFacts declared, const InstalledFacts& installed) const;
  // What the extension list shows of these.
  std::vector<ExtensionFacts> List(const std::vector<ExtensionFacts>& extensions) const;
  SelfCheck Installation() const;
};

}  // namespace holdfast::sim

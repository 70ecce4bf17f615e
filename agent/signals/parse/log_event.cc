#include "agent/signals/parse/log_event.h"

#include <array>

#include "absl/strings/str_cat.h"

namespace holdfast::parse {

absl::string_view LogFactName(LogFact fact) {
  static constexpr std::array<absl::string_view, 25> kNames = {"start_received",
                                                               "start_rejected",
                                                               "start_skipped",
                                                               "restart_ignored",
                                                               "restart_overrides",
                                                               "stop_received",
                                                               "stop_all",
                                                               "on_demand_start",
                                                               "on_demand",
                                                               "status_changed",
                                                               "state_entered",
                                                               "state_left",
                                                               "in_state",
                                                               "install_requested",
                                                               "uninstall_requested",
                                                               "superseded",
                                                               "damped",
                                                               "plugin",
                                                               "extension_requested",
                                                               "extension_state",
                                                               "extension_error",
                                                               "save_denied",
                                                               "connection_interface",
                                                               "connection_attributes",
                                                               "network_agent"};
  const auto i = static_cast<size_t>(fact);
  return i < kNames.size() ? kNames[i] : "unknown";
}

std::string RequesterText(const Requester& who) {
  if (who.name.empty()) return who.pid == 0 ? "" : absl::StrCat("pid ", who.pid);
  return who.pid == 0 ? std::string(who.name) : absl::StrCat(who.name, "[", who.pid, "]");
}

}  // namespace holdfast::parse

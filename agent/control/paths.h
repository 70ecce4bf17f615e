// Where the daemon keeps its state and its socket: the one place that daemon and command line agree on.
#pragma once

#include <string>

namespace holdfast::control {

inline std::string DefaultStateDir() {
#ifdef __APPLE__
  return "/Library/Application Support/Holdfast";
#else
  return "/var/lib/holdfast";
#endif
}
inline std::string SocketPathIn(const std::string& state_dir) {
  return state_dir + "/control.sock";
}
inline std::string JournalPathIn(const std::string& state_dir) {
  return state_dir + "/journal.db";
}

}  // namespace holdfast::control

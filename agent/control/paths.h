// Where the daemon keeps its state and its socket: the one place that daemon and command line agree on. The
// state folder is root's alone; the socket, to which everybody may speak, has a folder of its own that
// everybody may enter.
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
// Another state folder is another daemon (a simulated Mac, a test): its socket lies in that folder.
inline std::string SocketPathFor(const std::string& state_dir) {
  return state_dir == DefaultStateDir() ? "/var/run/holdfast/control.sock" : state_dir + "/control.sock";
}
inline std::string JournalPathIn(const std::string& state_dir) {
  return state_dir + "/journal.db";
}

}  // namespace holdfast::control

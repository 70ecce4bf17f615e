// The command line of holdfastd.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace holdfast::agent {

// What the program ends with; in --help and docs/operations.md.
enum ExitCode : int {
  kExitOk = 0,
  kExitInternal = 1,   // something that should not happen; the message says what
  kExitUsage = 2,      // the command line, an enrollment string or a scenario is wrong
  kExitStateDir = 3,   // the state folder cannot be used
  kExitRunning = 4,    // another daemon uses the state folder
  kExitBadPolicy = 5,  // --check-policy: not a valid policy
  kExitSocket = 6,     // the local socket cannot be opened
};

struct Flags {
  std::string program;  // this one, to start itself again
  std::string state_dir;
  std::string socket;  // empty: in the state folder
  std::string policy;
  std::string enroll;
  std::string enroll_file;
  bool no_server = false;
  std::string backend;
  std::string scenario;
  std::vector<std::string> profiles;
  std::string sim_control;
  std::string session_library;
  std::optional<uint64_t> seed;
  bool rehearse_sessions = false;  // this is the child that makes the private calls first
  std::string vici_socket;
  std::string ready_file;
  std::string check_policy;
  bool dump_rows = false;
};

// The flags, or the code to exit with at once: --help, --version or a mistake, all of it printed already.
std::variant<Flags, int> ParseFlags(int argc, char** argv);

}  // namespace holdfast::agent

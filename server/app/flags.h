// holdfast-server's command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/enrollment.h"
#include "server/rpc/gate.h"

namespace holdfast::server {

// Documented in --help; scripts rely on them.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitDataDir = 3;   // not writable, in use, or without its keys
inline constexpr int kExitDatabase = 4;  // the store cannot be opened
inline constexpr int kExitListen = 5;    // an address cannot be listened on

struct ServerFlags {
  std::string data_dir;
  Endpoint agent_listen{"0.0.0.0", 8443};
  Endpoint admin_listen{"127.0.0.1", 8444};
  std::vector<std::string> public_hosts;
  std::string ready_file;
  double enrollments_per_second = 20;
  int heartbeat_at_least = 0;  // seconds
  GateLimits agent_gate;
  std::string new_admin_token;  // for whom; then nothing is served
};

// Prints help, version or an error itself; then `exit_code` is set and nothing is returned.
std::optional<ServerFlags> ParseServerFlags(int argc, const char* const* argv, int* exit_code);

}  // namespace holdfast::server

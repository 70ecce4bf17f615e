// Who may ask what on the local socket. The kernel says who asks; nothing in a message can.
#pragma once

#include <sys/types.h>

#include <functional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/facts.h"

namespace holdfast::control {

struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;  // 0 where the system does not tell
  // Whether its program is the helper of our own (holdfast-session), where the system can tell; else null.
  std::function<absl::Status()> check_helper;
};

// Of the process at the other end of a connected Unix socket, at the time it connected.
absl::StatusOr<Peer> PeerOf(int fd);

enum class Operation { kStatus, kHistory, kPolicy, kConnect, kDisconnect, kOverride, kEndOverride, kTasks };

absl::string_view OperationName(Operation operation);  // "connect"

// PERMISSION_DENIED says who may. `console` is the user who sits at the machine.
absl::Status CheckRight(Operation operation, const Peer& peer, const ConsoleUser& console);

}  // namespace holdfast::control

#include "agent/control/rights.h"

#include <sys/socket.h>
#include <unistd.h>

#ifdef __APPLE__
#include <sys/un.h>
#endif

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace holdfast::control {
namespace {

enum class Who { kAnyone, kRootOrConsoleUser, kEachUser };

struct Right {
  Operation operation;
  absl::string_view name;
  Who who;
};

// Reading is for everybody on the machine: the person whose VPN is down must be able to see why. What changes
// a connection is for root and for the person at the machine, whose connection it is.
constexpr std::array<Right, 8> kRights = {{
    {Operation::kStatus, "status", Who::kAnyone},
    {Operation::kHistory, "history", Who::kAnyone},
    {Operation::kPolicy, "policy", Who::kAnyone},
    {Operation::kConnect, "connect", Who::kRootOrConsoleUser},
    {Operation::kDisconnect, "disconnect", Who::kRootOrConsoleUser},
    {Operation::kOverride, "override", Who::kRootOrConsoleUser},
    {Operation::kEndOverride, "end of override", Who::kRootOrConsoleUser},
    {Operation::kTasks, "tasks", Who::kEachUser},  // their own: of what to start and show in their session
}};

const Right& RightOf(Operation operation) {
  return kRights[static_cast<size_t>(operation)];
}

}  // namespace

absl::StatusOr<Peer> PeerOf(int fd) {
  Peer peer;
#ifdef __APPLE__
  const bool known = getpeereid(fd, &peer.uid, &peer.gid) == 0;
  socklen_t size = sizeof peer.pid;
  if (known) getsockopt(fd, SOL_LOCAL, LOCAL_PEERPID, &peer.pid, &size);
#else
  ucred credentials{};
  socklen_t size = sizeof credentials;
  const bool known = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0;
  peer = {credentials.uid, credentials.gid, credentials.pid, nullptr};
#endif
  if (!known) {
    return absl::UnauthenticatedError(
        absl::StrCat("cannot tell who connected to the control socket: ", std::strerror(errno)));
  }
  return peer;
}

absl::string_view OperationName(Operation operation) {
  return RightOf(operation).name;
}

absl::Status CheckRight(Operation operation, const Peer& peer, const ConsoleUser& console) {
  const Right& right = RightOf(operation);
  if (right.who != Who::kRootOrConsoleUser || peer.uid == 0) return absl::OkStatus();
  if (console.present && peer.uid == console.uid) return absl::OkStatus();
  const std::string at_console =
      console.present ? absl::StrCat("the user at the console (", console.name, ", uid ", console.uid, ")")
                      : std::string("the user at the console (nobody is there now)");
  return absl::PermissionDeniedError(absl::StrCat(right.name, " is for root and ", at_console,
                                                  "; you are uid ", peer.uid,
                                                  ". Run it as root, for example with sudo"));
}

}  // namespace holdfast::control

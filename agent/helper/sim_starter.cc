#include "agent/helper/sim_starter.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/file.h"
#include "base/unix_socket.h"

namespace holdfast::helper {

absl::Status SimStarter::Start(const Uuid& service) {
  HOLDFAST_ASSIGN_OR_RETURN(const sockaddr_un address, UnixAddress(socket_));
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0) return ErrnoStatus(errno, "opening a socket for", socket_);
  const absl::Cleanup closer = [fd] { close(fd); };
  const timeval limit{5, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return ErrnoStatus(errno, "connecting to the simulated Mac at", socket_);
  }
  const std::string line = absl::StrCat("helper-connect ", service.ToString(), "\n");
  if (write(fd, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    return ErrnoStatus(errno, "asking the simulated Mac at", socket_);
  }
  char answer[512];
  const ssize_t got = read(fd, answer, sizeof answer);
  if (got <= 0)
    return absl::UnavailableError(absl::StrCat("the simulated Mac at ", socket_, " did not answer"));
  const absl::string_view said(answer, static_cast<size_t>(got));
  if (absl::StartsWith(said, "ok")) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("the simulated Mac says: ", said));
}

}  // namespace holdfast::helper

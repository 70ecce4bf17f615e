// Small helpers for Unix stream sockets.
#pragma once

#include <sys/un.h>

#include <string>

#include "absl/status/statusor.h"

namespace holdfast {

// INVALID_ARGUMENT when the path is empty or too long for the system (about 100 bytes).
absl::StatusOr<sockaddr_un> UnixAddress(const std::string& path);
// A new stream socket: non-blocking, closed on exec. INTERNAL when there is no descriptor left.
absl::StatusOr<int> UnixSocket();
// Makes a descriptor non-blocking and closed on exec.
void Prepare(int fd);

}  // namespace holdfast

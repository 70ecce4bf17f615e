// Who signed the program at the other end of a socket, by Security.framework and the peer's audit token,
// which unlike a process id cannot be another's by the time it is looked at.
#pragma once

#include "absl/status/status.h"

namespace holdfast::platform {

// OK when the peer of the connected Unix socket `fd` runs the program `identifier`, signed by the same team
// as this one. PERMISSION_DENIED when it does not, FAILED_PRECONDITION when this program is signed by no team
// (ad hoc), UNAVAILABLE when it cannot be told. Blocking, for milliseconds. Any thread.
absl::Status CheckPeerProgram(int fd, const char* identifier);

}  // namespace holdfast::platform

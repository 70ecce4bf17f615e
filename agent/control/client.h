// The other end of the local socket, for command-line programs: blocking calls with a deadline.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/control/frame.h"
#include "holdfast/v1/local_control.pb.h"

namespace holdfast::control {

// Not thread-safe.
class ControlClient {
 public:
  // UNAVAILABLE when no daemon answers there, PERMISSION_DENIED when the socket may not be used.
  static absl::StatusOr<std::unique_ptr<ControlClient>> Connect(const std::string& socket_path);
  ~ControlClient();
  ControlClient(const ControlClient&) = delete;
  ControlClient& operator=(const ControlClient&) = delete;

  // The answer, or the error the daemon answered with. DEADLINE_EXCEEDED when nothing came within `timeout`;
  // the connection is of no further use then.
  absl::StatusOr<v1::ControlResponse> Call(const v1::ControlRequest& request, absl::Duration timeout);

 private:
  explicit ControlClient(int fd) : fd_(fd) {}
  absl::Status Send(absl::string_view bytes, absl::Time deadline);
  absl::StatusOr<std::string> Receive(absl::Time deadline);

  const int fd_;
  FrameReader in_{kMaxResponse};
};

}  // namespace holdfast::control

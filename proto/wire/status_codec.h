// absl::Status <-> grpc::Status, with ErrorInfo (reason) and RetryInfo (delay) as standard error details. The
// one such mapping.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace holdfast::wire {

grpc::Status ToGrpc(const absl::Status& status);
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace holdfast::wire

// The daemon's views <-> the messages of local_control.proto.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "agent/control/delegate.h"
#include "holdfast/v1/local_control.pb.h"

namespace holdfast::control {

v1::GetStatusResponse ToProto(const StatusView& view);
v1::GetLocalPolicyResponse ToProto(const PolicyView& view);

// A row as people read it. A kind or payload that this build does not know is shown as such.
v1::LocalHistoryRow ToProto(const journal::Row& row, bool acknowledged);

// INVALID_ARGUMENT names an unknown kind and the known ones.
absl::StatusOr<journal::Filter> ToFilter(const v1::ListLocalHistoryRequest& request);

// Rows in ascending order, the newest that fit into one message.
v1::ListLocalHistoryResponse ToHistory(const std::vector<journal::Row>& rows, uint64_t acked_through);

// INVALID_ARGUMENT for an unknown verb or a negative duration. Who asks is not part of the message.
absl::StatusOr<UserRequest> ToUserRequest(const v1::RequestActionRequest& request);

}  // namespace holdfast::control

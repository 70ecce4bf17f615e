// Tasks and their results <-> the messages of local_control.proto; both ends use it.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "agent/control/tasks.h"
#include "holdfast/v1/local_control.pb.h"

namespace holdfast::control {

TaskRequest ToTaskRequest(const v1::GetNextTaskRequest& request);
v1::GetNextTaskRequest ToProto(const TaskRequest& request);

v1::GetNextTaskResponse ToProto(const std::optional<NumberedTask>& task);
// INVALID_ARGUMENT for a task that this build does not know, or whose service is no UUID.
absl::StatusOr<std::optional<NumberedTask>> ToTask(const v1::GetNextTaskResponse& response);

}  // namespace holdfast::control

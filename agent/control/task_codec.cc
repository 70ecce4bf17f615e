#include "agent/control/task_codec.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::control {

TaskRequest ToTaskRequest(const v1::GetNextTaskRequest& request) {
  TaskRequest out;
  if (request.done_task() != 0) {
    const absl::Status end(static_cast<absl::StatusCode>(request.done_code()), request.done_error());
    out.done = TaskResult{request.done_task(), end};
  }
  out.starts = request.starts();
  out.notifies = request.notifies();
  out.version = request.version();
  out.uid = request.uid();
  return out;
}

v1::GetNextTaskRequest ToProto(const TaskRequest& request) {
  v1::GetNextTaskRequest out;
  if (request.done) {
    out.set_done_task(request.done->number);
    out.set_done_code(static_cast<int>(request.done->status.code()));
    out.set_done_error(std::string(request.done->status.message()));
  }
  out.set_starts(request.starts);
  out.set_notifies(request.notifies);
  out.set_version(request.version);
  out.set_uid(request.uid);
  return out;
}

v1::GetNextTaskResponse ToProto(const std::optional<NumberedTask>& task) {
  v1::GetNextTaskResponse out;
  if (!task) return out;
  out.set_task(task->number);
  if (const auto* start = std::get_if<StartTask>(&task->task)) {
    out.mutable_start()->set_service_id(start->service.ToString());
  } else if (const auto* notify = std::get_if<NotifyTask>(&task->task)) {
    out.mutable_notify()->set_title(notify->title);
    out.mutable_notify()->set_text(notify->text);
  }
  return out;
}

absl::StatusOr<std::optional<NumberedTask>> ToTask(const v1::GetNextTaskResponse& response) {
  if (response.task() == 0) return std::optional<NumberedTask>();
  switch (response.work_case()) {
    case v1::GetNextTaskResponse::kStart: {
      HOLDFAST_ASSIGN_OR_RETURN(const Uuid service, Uuid::Parse(response.start().service_id()));
      return NumberedTask{response.task(), StartTask{service}};
    }
    case v1::GetNextTaskResponse::kNotify:
      return NumberedTask{response.task(), NotifyTask{response.notify().title(), response.notify().text()}};
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("task ", response.task(),
                       " of the daemon is none that this helper knows: it is older than the daemon"));
  }
}

}  // namespace holdfast::control

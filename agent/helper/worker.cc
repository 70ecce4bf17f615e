#include "agent/helper/worker.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/control/task_codec.h"
#include "base/error.h"

namespace holdfast::helper {
namespace {

// The daemon answers within three quarters of a minute, task or none.
constexpr absl::Duration kWait = absl::Seconds(90);

}  // namespace

absl::Status Worker::Serve(control::ControlClient& daemon) {
  for (;;) {
    v1::ControlRequest request;
    *request.mutable_next_task() =
        ToProto(control::TaskRequest{done_, starter_ != nullptr, true, version_, uid_});
    HOLDFAST_ASSIGN_OR_RETURN(const v1::ControlResponse response, daemon.Call(request, kWait));
    done_.reset();
    const auto next = control::ToTask(response.task());
    if (!next.ok()) {
      done_ = control::TaskResult{response.task().task(), next.status()};
    } else if (*next) {
      done_ = control::TaskResult{(*next)->number, Do((*next)->task)};
    }
    if (done_ && !done_->status.ok()) log_(std::string(done_->status.message()));
  }
}

absl::Status Worker::Do(const control::Task& task) {
  if (const auto* notify = std::get_if<control::NotifyTask>(&task)) {
    return presenter_.Notify(notify->title, notify->text);
  }
  const auto& start = std::get<control::StartTask>(task);
  if (starter_ == nullptr) return absl::UnimplementedError("this helper starts no services");
  log_(absl::StrCat("starting ", start.service.ToString()));
  return starter_->Start(start.service);
}

}  // namespace holdfast::helper

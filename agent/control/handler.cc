#include "agent/control/handler.h"

#include "absl/strings/str_cat.h"
#include "agent/control/frame.h"
#include "agent/control/task_codec.h"
#include "agent/control/translate.h"
#include "base/error.h"
#include "base/text/width.h"
#include "holdfast/v1/local_control.pb.h"

namespace holdfast::control {
namespace {

using Done = std::function<void(std::string)>;

std::string Serialise(const v1::ControlResponse& response) {
  std::string bytes = response.SerializeAsString();
  if (bytes.size() <= kMaxResponse) return bytes;
  return ErrorResponse(absl::ResourceExhaustedError(
      absl::StrCat("the answer has ", bytes.size(), " bytes, more than one message may have: ask for less")));
}

absl::Status Refused(Operation operation, const Peer& peer, Delegate& delegate) {
  // Who sits at the machine is asked only where the answer depends on it.
  const absl::Status without_console = CheckRight(operation, peer, ConsoleUser{});
  if (without_console.ok()) return without_console;
  return CheckRight(operation, peer, delegate.Status().engine.console_user);
}

absl::StatusOr<v1::ControlResponse> History(Delegate& delegate, const v1::ListLocalHistoryRequest& request) {
  HOLDFAST_ASSIGN_OR_RETURN(const journal::Filter filter, ToFilter(request));
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<journal::Row> rows, delegate.History(filter));
  v1::ControlResponse response;
  *response.mutable_history() = ToHistory(rows, delegate.Status().uplink.acked_through);
  return response;
}

absl::StatusOr<v1::ControlResponse> Read(Delegate& delegate, const Peer& peer,
                                         const v1::ControlRequest& request) {
  v1::ControlResponse response;
  switch (request.request_case()) {
    case v1::ControlRequest::kGetStatus:
      HOLDFAST_RETURN_IF_ERROR(Refused(Operation::kStatus, peer, delegate));
      *response.mutable_status() = ToProto(delegate.Status());
      return response;
    case v1::ControlRequest::kListHistory:
      HOLDFAST_RETURN_IF_ERROR(Refused(Operation::kHistory, peer, delegate));
      return History(delegate, request.list_history());
    case v1::ControlRequest::kGetPolicy:
      HOLDFAST_RETURN_IF_ERROR(Refused(Operation::kPolicy, peer, delegate));
      *response.mutable_policy() = ToProto(delegate.Policy());
      return response;
    default:
      return absl::UnimplementedError(
          "the daemon does not know this request: it is older than the program that asks; update Holdfast");
  }
}

Operation OperationOf(UserRequest::Verb verb) {
  switch (verb) {
    case UserRequest::Verb::kConnect:
      return Operation::kConnect;
    case UserRequest::Verb::kDisconnect:
      return Operation::kDisconnect;
    case UserRequest::Verb::kOverride:
      return Operation::kOverride;
    case UserRequest::Verb::kEndOverride:
      return Operation::kEndOverride;
  }
  return Operation::kOverride;
}

std::string UserName(const Peer& peer, const ConsoleUser& console) {
  if (peer.uid == 0) return "root";
  return console.present && console.uid == peer.uid ? console.name : absl::StrCat("uid ", peer.uid);
}

absl::Status Act(Delegate& delegate, const Peer& peer, const v1::RequestActionRequest& asked,
                 const Done& done) {
  HOLDFAST_ASSIGN_OR_RETURN(UserRequest request, ToUserRequest(asked));
  HOLDFAST_RETURN_IF_ERROR(Refused(OperationOf(request.verb), peer, delegate));
  request.uid = peer.uid;
  request.user = UserName(peer, delegate.Status().engine.console_user);
  delegate.Request(std::move(request), asked.service(), [done](absl::Status status, std::string text) {
    if (!status.ok()) return done(ErrorResponse(status));
    v1::ControlResponse response;
    response.mutable_action()->set_text(std::move(text));
    done(Serialise(response));
  });
  return absl::OkStatus();
}

absl::Status GiveNextTask(Delegate& delegate, const Peer& peer, const v1::GetNextTaskRequest& asked,
                          const Done& done) {
  HOLDFAST_RETURN_IF_ERROR(Refused(Operation::kTasks, peer, delegate));
  if (peer.check_helper) HOLDFAST_RETURN_IF_ERROR(peer.check_helper());
  const uint32_t uid = peer.uid == 0 && asked.uid() != 0 ? asked.uid() : peer.uid;
  delegate.NextTask(uid, ToTaskRequest(asked), [done](const auto& task) {
    if (!task.ok()) return done(ErrorResponse(task.status()));
    v1::ControlResponse response;
    *response.mutable_task() = ToProto(*task);
    done(Serialise(response));
  });
  return absl::OkStatus();
}

// An error is not answered yet.
absl::Status Answer(Delegate& delegate, const Peer& peer, const v1::ControlRequest& request,
                    const Done& done) {
  switch (request.request_case()) {
    case v1::ControlRequest::kRequestAction:
      return Act(delegate, peer, request.request_action(), done);
    case v1::ControlRequest::kNextTask:
      return GiveNextTask(delegate, peer, request.next_task(), done);
    default:
      HOLDFAST_ASSIGN_OR_RETURN(const v1::ControlResponse response, Read(delegate, peer, request));
      done(Serialise(response));
      return absl::OkStatus();
  }
}

}  // namespace

std::string ErrorResponse(const absl::Status& status) {
  constexpr size_t kMaxError = 4096;
  v1::ControlResponse response;
  response.set_code(static_cast<int>(status.code()));
  response.set_error(std::string(text::FirstBytes(status.message(), kMaxError)));
  return response.SerializeAsString();
}

void Handle(Delegate& delegate, const Peer& peer, absl::string_view message, Done done) {
  v1::ControlRequest request;
  if (!request.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
    return done(ErrorResponse(absl::InvalidArgumentError("the request is not a ControlRequest message")));
  }
  const absl::Status status = Answer(delegate, peer, request, done);
  if (!status.ok()) done(ErrorResponse(status));
}

}  // namespace holdfast::control

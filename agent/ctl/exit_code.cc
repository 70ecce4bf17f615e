#include "agent/ctl/exit_code.h"

namespace holdfast::ctl {
namespace {

ExitCode CodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kPermissionDenied:
      return ExitCode::kNotPermitted;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNoSuchService;
    default:
      return ExitCode::kFailed;
  }
}

}  // namespace

Failure::Failure(absl::Status status) : code_(CodeOf(status)), status_(std::move(status)) {}

}  // namespace holdfast::ctl

// What holdfastctl's exit status means. Scripts rely on it: numbers are only added.
#pragma once

#include "absl/status/status.h"

namespace holdfast::ctl {

enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kNotRunning = 3,
  kNotPermitted = 4,
  kNoSuchService = 5,
  kAmbiguous = 6,
};

// An error with the exit code that goes with it. OK has kOk.
class Failure {
 public:
  Failure() = default;
  // The code follows from the status.
  Failure(absl::Status status);  // NOLINT(google-explicit-constructor): returned by functions
  Failure(ExitCode code, absl::Status status) : code_(code), status_(std::move(status)) {}
  bool ok() const { return code_ == ExitCode::kOk; }
  ExitCode code() const { return code_; }
  const absl::Status& status() const { return status_; }

 private:
  ExitCode code_ = ExitCode::kOk;
  absl::Status status_;
};

}  // namespace holdfast::ctl

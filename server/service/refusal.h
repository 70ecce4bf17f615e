// A refusal is the caller's fault and is an answer; every other error is the store's and fails the whole
// transaction. Refusals are told apart by their reason.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/error.h"

namespace holdfast::server {

inline absl::Status Refuse(absl::StatusCode code, ErrorReason reason, absl::string_view message) {
  return WithReason(absl::Status(code, message), reason);
}
inline bool IsRefusal(const absl::Status& status) {
  return ReasonOf(status) != ErrorReason::kNone;
}

}  // namespace holdfast::server

// What a peer must be able to tell apart travels inside absl::Status as a payload, and over gRPC as error
// details. A message says what was being done, to what, why it failed and what to do; the reason is for
// programs.
#pragma once

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace holdfast {

enum class ErrorReason {
  kNone,
  kClockSkew,  // the certificate is refused because a clock is wrong: do not enroll again, fix the clock
  kRevoked,    // the device was revoked
  kReenrollRequired,  // the server does not know this device any more
  kBadRequest,        // this message will never be accepted: quarantine it
  kTooLarge,          // halve the batch
  kThrottled,         // wait
  kTokenUnknown,      // enrollment: no such token
  kTokenExpired,
  kTokenExhausted,
  kTokenRevoked,
  kIdentityConflict,  // a device with this hardware identity is alive and the proof is missing
  kChainFork,         // a row differs from the one stored under the same number
  kSequenceGap,       // rows are missing between what is stored and what was sent
};

// Names as on the wire: "CLOCK_SKEW". Unknown text gives kNone.
absl::string_view ErrorReasonName(ErrorReason reason);
ErrorReason ParseErrorReason(absl::string_view name);

[[nodiscard]] absl::Status WithReason(absl::Status status, ErrorReason reason);
ErrorReason ReasonOf(const absl::Status& status);

[[nodiscard]] absl::Status WithRetryAfter(absl::Status status, absl::Duration delay);
std::optional<absl::Duration> RetryAfterOf(const absl::Status& status);

// Puts "context: " before the message; keeps code and payloads.
[[nodiscard]] absl::Status Annotate(const absl::Status& status, absl::string_view context);

}  // namespace holdfast

// Inside a function that returns Status or StatusOr.
#define HOLDFAST_RETURN_IF_ERROR(expr)                                           \
  do {                                                                           \
    if (::absl::Status hf_status_ = (expr); !hf_status_.ok()) return hf_status_; \
  } while (false)
#define HOLDFAST_CONCAT_INNER_(a, b) a##b
#define HOLDFAST_CONCAT_(a, b) HOLDFAST_CONCAT_INNER_(a, b)
#define HOLDFAST_ASSIGN_OR_RETURN(lhs, expr) \
  HOLDFAST_ASSIGN_OR_RETURN_IMPL_(HOLDFAST_CONCAT_(hf_or_, __LINE__), lhs, expr)
#define HOLDFAST_ASSIGN_OR_RETURN_IMPL_(tmp, lhs, expr) \
  auto tmp = (expr);                                    \
  if (!tmp.ok()) return tmp.status();                   \
  lhs = *std::move(tmp)

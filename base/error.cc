#include "base/error.h"

#include <array>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace holdfast {
namespace {

constexpr absl::string_view kReasonUrl = "holdfast/reason";
constexpr absl::string_view kRetryUrl = "holdfast/retry-after-ns";

constexpr std::array<std::pair<ErrorReason, absl::string_view>, 13> kNames = {{
    {ErrorReason::kClockSkew, "CLOCK_SKEW"},
    {ErrorReason::kRevoked, "REVOKED"},
    {ErrorReason::kReenrollRequired, "REENROLL_REQUIRED"},
    {ErrorReason::kBadRequest, "BAD_REQUEST"},
    {ErrorReason::kTooLarge, "TOO_LARGE"},
    {ErrorReason::kThrottled, "THROTTLED"},
    {ErrorReason::kTokenUnknown, "TOKEN_UNKNOWN"},
    {ErrorReason::kTokenExpired, "TOKEN_EXPIRED"},
    {ErrorReason::kTokenExhausted, "TOKEN_EXHAUSTED"},
    {ErrorReason::kTokenRevoked, "TOKEN_REVOKED"},
    {ErrorReason::kIdentityConflict, "IDENTITY_CONFLICT"},
    {ErrorReason::kChainFork, "CHAIN_FORK"},
    {ErrorReason::kSequenceGap, "SEQUENCE_GAP"},
}};

}  // namespace

absl::string_view ErrorReasonName(ErrorReason reason) {
  for (const auto& [value, name] : kNames) {
    if (value == reason) return name;
  }
  return "NONE";
}

ErrorReason ParseErrorReason(absl::string_view name) {
  for (const auto& [value, known] : kNames) {
    if (known == name) return value;
  }
  return ErrorReason::kNone;
}

absl::Status WithReason(absl::Status status, ErrorReason reason) {
  status.SetPayload(kReasonUrl, absl::Cord(ErrorReasonName(reason)));
  return status;
}

ErrorReason ReasonOf(const absl::Status& status) {
  auto payload = status.GetPayload(kReasonUrl);
  return payload ? ParseErrorReason(std::string(*payload)) : ErrorReason::kNone;
}

absl::Status WithRetryAfter(absl::Status status, absl::Duration delay) {
  const std::string text = absl::StrCat(absl::ToInt64Nanoseconds(delay));
  status.SetPayload(kRetryUrl, absl::Cord(absl::string_view(text)));
  return status;
}

std::optional<absl::Duration> RetryAfterOf(const absl::Status& status) {
  auto payload = status.GetPayload(kRetryUrl);
  int64_t ns = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &ns)) return std::nullopt;
  return absl::Nanoseconds(ns);
}

absl::Status Annotate(const absl::Status& status, absl::string_view context) {
  if (status.ok()) return status;
  absl::Status out(status.code(), absl::StrCat(context, ": ", status.message()));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& value) { out.SetPayload(url, value); });
  return out;
}

}  // namespace holdfast

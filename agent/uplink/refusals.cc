// What each failure means. Every path ends in another try that backs off, in a changed request, or in waiting
// for a person.
#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/uplink/uplink.h"

namespace holdfast::uplink {
namespace {

// How long a refusal that only a person can lift keeps us away, at the least.
constexpr absl::Duration kRefusedRetry = absl::Minutes(5);

}  // namespace

void Uplink::OnFailed(const InFlight* message, const absl::Status& status) {
  TakeTurns(status);
  switch (ReasonOf(status)) {
    case ErrorReason::kRevoked:
      return OnRevoked(status);
    case ErrorReason::kReenrollRequired:
      return OnReenrollRequired(status);
    case ErrorReason::kBadRequest:
      return OnBadRequest(message, status);
    case ErrorReason::kTooLarge:
      return OnTooLarge(message, status);
    case ErrorReason::kSequenceGap:
      return OnSequenceGap(status);
    case ErrorReason::kChainFork:
      return OnChainFork(std::string(status.message()));
    case ErrorReason::kClockSkew:
    case ErrorReason::kTokenUnknown:
    case ErrorReason::kTokenExpired:
    case ErrorReason::kTokenExhausted:
    case ErrorReason::kTokenRevoked:
    case ErrorReason::kIdentityConflict:
      return Refuse(status);
    case ErrorReason::kThrottled:
    case ErrorReason::kNone:
      break;
  }
  // Never enroll again on a refusal without a reason: a wrong clock looks the same.
  if (absl::IsUnauthenticated(status) || absl::IsPermissionDenied(status)) return Refuse(status);
  BackOff(State::kBackingOff, status);
}

// Which part of the message it is, is found by sending less: first the state alone, then half the rows. What
// is refused alone is not sent again. Halving ends, so it need not wait.
void Uplink::OnBadRequest(const InFlight* message, const absl::Status& status) {
  last_error_ = std::string(status.message());
  const size_t rows = message != nullptr && message->batch.frame ? message->batch.frame->rows.size() : 0;
  const bool sections = message != nullptr && !message->sections.empty();
  if (rows > 0 && sections) {
    with_rows_ = false;
    Finish(/*more=*/true);
  } else if (sections) {
    sections_.Delivered(message->sections);
    BackOff(State::kBackingOff, status);
  } else if (rows > 1) {
    batch_size_.Refused(rows);
    Finish(/*more=*/true);
  } else if (rows == 1) {
    Quarantine(*message, status);
  } else {
    Refuse(status);
  }
}

void Uplink::OnTooLarge(const InFlight* message, const absl::Status& status) {
  const size_t rows = message != nullptr && message->batch.frame ? message->batch.frame->rows.size() : 0;
  if (rows <= 1) return OnBadRequest(message, status);
  last_error_ = std::string(status.message());
  batch_size_.Refused(rows);
  Finish(/*more=*/true);
}

// Waits before it goes on, longer each time: a server that refuses everything must not empty the journal.
void Uplink::Quarantine(const InFlight& message, const absl::Status& status) {
  const uint64_t seq = message.batch.frame->rows.front().seq;
  const wire::Quarantined quarantined{seq, seq, std::string(status.message())};
  const std::string key = absl::StrCat("row ", seq);
  const std::string summary = absl::StrCat("the server will not take row ", seq, ": ", status.message(),
                                           "; it stays on this device and the server's record has a gap");
  deps_.host.Incident("journal_gap", key, summary, true);
  deps_.host.Incident("journal_gap", key, summary, false);  // what is lost is lost
  deps_.journal.Run(
      [quarantined](journal::Journal& journal) { AddToQuarantine(journal, quarantined).IgnoreError(); },
      lifetime_.Guard([this, status, exchange = exchange_] {
        if (exchange == exchange_) BackOff(State::kBackingOff, status);
      }));
}

// The server says from where it wants the rows: ask, without sending any. When that does not help, the rows
// in between are gone, and only a new epoch goes on.
void Uplink::OnSequenceGap(const absl::Status& status) {
  if (gap_answered_) return OnChainFork(std::string(status.message()));
  gap_answered_ = true;
  with_rows_ = false;
  last_error_ = std::string(status.message());
  Finish(/*more=*/true);
}

void Uplink::OnChainFork(const std::string& detail) {
  OpenIncident("chain_fork", "", absl::StrCat(detail, "; a new epoch begins, the old file is kept"));
  gap_answered_ = false;
  BeginEpoch(absl::StrCat("set_aside: ", detail),
             [this, detail] { BackOff(State::kBackingOff, absl::DataLossError(detail)); });
}

void Uplink::OnRevoked(const absl::Status& status) {
  last_error_ = std::string(status.message());
  OpenIncident("enrollment_refused", "", absl::StrCat("this device was revoked: ", status.message()));
  busy_ = false;
  if (!HasUnusedToken() || state_ == State::kEnrolling) {
    SetState(State::kRevoked);
    return;
  }
  // An admin's new token is the word to come back with, under a new key.
  previous_device_ = identity_->device_id;
  identity_->private_key_pem.clear();
  OnReenrollRequired(status);
}

void Uplink::OnReenrollRequired(const absl::Status& status) {
  last_error_ = std::string(status.message());
  if (options_.token.empty() || state_ == State::kEnrolling) return Refuse(status);
  if (!previous_device_ && identity_->enrolled()) previous_device_ = identity_->device_id;
  reenroll_ = true;
  BackOff(State::kBackingOff, status);
}

void Uplink::Refuse(const absl::Status& status) {
  const ErrorReason reason = ReasonOf(status);
  const std::string refusal = reason == ErrorReason::kNone
                                  ? std::string(absl::StatusCodeToString(status.code()))
                                  : std::string(ErrorReasonName(reason));
  OpenIncident("enrollment_refused", "", absl::StrCat(refusal, ": ", status.message()));
  const absl::Duration wait = std::max(RetryAfterOf(status).value_or(absl::ZeroDuration()), kRefusedRetry);
  refusal_ = refusal;
  BackOff(State::kRefused, WithRetryAfter(status, wait));
}

void Uplink::BackOff(State state, const absl::Status& status) {
  busy_ = false;
  last_error_ = std::string(status.message());
  SetState(state);
  const std::optional<absl::Duration> retry_after = RetryAfterOf(status);
  throttled_ = retry_after.has_value();
  const absl::Duration wait = penalty_.Failed(retry_after, jitter_);
  if (stopped_) return;
  RunIn(wait);
}

}  // namespace holdfast::uplink

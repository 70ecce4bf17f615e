#include "proto/wire/status_codec.h"

#include <algorithm>
#include <string>

#include "absl/time/time.h"
#include "base/error.h"
#include "base/text/width.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace holdfast::wire {
namespace {

constexpr char kDomain[] = "holdfast";
constexpr absl::Duration kLongestRetry = absl::Hours(24);  // for longer nobody is sent away

google::rpc::Status Details(const absl::Status& status) {
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  // One byte that is not UTF-8, of something that the message quotes, and all details could not be read.
  details.set_message(text::PrintableLines(status.message()));
  if (const ErrorReason reason = ReasonOf(status); reason != ErrorReason::kNone) {
    google::rpc::ErrorInfo info;
    info.set_reason(std::string(ErrorReasonName(reason)));
    info.set_domain(kDomain);
    details.add_details()->PackFrom(info);
  }
  if (const auto delay = RetryAfterOf(status)) {
    google::rpc::RetryInfo info;
    const int64_t ns = absl::ToInt64Nanoseconds(*delay);
    info.mutable_retry_delay()->set_seconds(ns / 1'000'000'000);
    info.mutable_retry_delay()->set_nanos(static_cast<int32_t>(ns % 1'000'000'000));
    details.add_details()->PackFrom(info);
  }
  return details;
}

// gRPC answers a call that a listener does not know without a word.
std::string MessageOf(const grpc::Status& status) {
  if (!status.error_message().empty()) return status.error_message();
  if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    return "what listens there does not know this call: agents and admins have a port each, and this may be "
           "the other one; else the server is older than this program";
  }
  return absl::StrCat("no reason given (gRPC status ", static_cast<int>(status.error_code()), ")");
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status details = Details(status);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      details.details().empty() ? std::string() : details.SerializeAsString());
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status out(static_cast<absl::StatusCode>(status.error_code()), MessageOf(status));
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return out;
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info) && info.domain() == kDomain) {
      out = WithReason(std::move(out), ParseErrorReason(info.reason()));
    } else if (any.UnpackTo(&retry)) {
      const absl::Duration delay =
          absl::Seconds(retry.retry_delay().seconds()) + absl::Nanoseconds(retry.retry_delay().nanos());
      out = WithRetryAfter(std::move(out), std::clamp(delay, absl::ZeroDuration(), kLongestRetry));
    }
  }
  return out;
}

}  // namespace holdfast::wire

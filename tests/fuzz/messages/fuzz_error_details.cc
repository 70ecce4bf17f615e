// Any bytes as what a call failed with (code, message, details): an agent takes it for an error, never for
// success, and passes on the reason that it understood.
#include "base/error.h"
#include "proto/wire/status_codec.h"
#include "tests/fuzz/messages/message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace holdfast;  // NOLINT: a program of its own
  if (size == 0) return 0;
  const auto code = static_cast<grpc::StatusCode>(data[0] % 18);  // one more than there are
  const std::string details(reinterpret_cast<const char*>(data) + 1, size - 1);
  const absl::Status status = wire::FromGrpc(grpc::Status(code, details.substr(0, 32), details));
  fuzz::Require(status.ok() == (code == grpc::StatusCode::OK));
  if (status.ok()) return 0;
  fuzz::Require(RetryAfterOf(status).value_or(absl::ZeroDuration()) >= absl::ZeroDuration());
  const absl::Status again = wire::FromGrpc(wire::ToGrpc(status));
  fuzz::Require(again.code() == status.code() && ReasonOf(again) == ReasonOf(status) &&
                RetryAfterOf(again) == RetryAfterOf(status));
  return 0;
}

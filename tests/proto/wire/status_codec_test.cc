#include "proto/wire/status_codec.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace holdfast::wire {
namespace {

TEST(StatusCodec, CodeMessageReasonAndDelaySurviveGrpc) {
  const absl::Status in = WithRetryAfter(
      WithReason(absl::UnavailableError("shedding load"), ErrorReason::kThrottled), absl::Milliseconds(1500));
  const absl::Status out = FromGrpc(ToGrpc(in));
  EXPECT_EQ(out.code(), in.code());
  EXPECT_EQ(out.message(), in.message());
  EXPECT_EQ(ReasonOf(out), ErrorReason::kThrottled);
  EXPECT_EQ(RetryAfterOf(out), absl::Milliseconds(1500));
}

TEST(StatusCodec, OkAndPlainStatusesCarryNoDetails) {
  EXPECT_TRUE(FromGrpc(ToGrpc(absl::OkStatus())).ok());
  EXPECT_TRUE(ToGrpc(absl::NotFoundError("x")).error_details().empty());
}

TEST(StatusCodec, DamagedDetailsAreIgnored) {
  const absl::Status out = FromGrpc(grpc::Status(grpc::StatusCode::INTERNAL, "m", "\xff\xff\xff"));
  EXPECT_EQ(out.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(out), ErrorReason::kNone);
}

TEST(StatusCodec, AMessageThatIsNotUtf8KeepsItsReason) {
  const absl::Status out =
      FromGrpc(ToGrpc(WithReason(absl::UnauthenticatedError("of \xc8"), ErrorReason::kClockSkew)));
  EXPECT_EQ(ReasonOf(out), ErrorReason::kClockSkew);
  EXPECT_EQ(out.message(), "of \xc8");
}

TEST(StatusCodec, NobodyIsSentAwayForLongerThanADay) {
  const auto after = [](absl::Duration delay) {
    return RetryAfterOf(FromGrpc(ToGrpc(WithRetryAfter(absl::UnavailableError("x"), delay))));
  };
  EXPECT_EQ(after(absl::Hours(24 * 365)), absl::Hours(24));
  EXPECT_EQ(after(absl::Seconds(-5)), absl::ZeroDuration());
}

TEST(StatusCodec, AStatusWithoutAMessageGetsOne) {
  const absl::Status unknown = FromGrpc(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, ""));
  EXPECT_NE(std::string(unknown.message()).find("the other one"), std::string::npos);
  EXPECT_FALSE(FromGrpc(grpc::Status(grpc::StatusCode::ABORTED, "")).message().empty());
}

}  // namespace
}  // namespace holdfast::wire

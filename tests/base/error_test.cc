#include "base/error.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Error, ReasonAndDelayTravelInsideAStatus) {
  absl::Status s = WithRetryAfter(WithReason(absl::ResourceExhaustedError("busy"), ErrorReason::kThrottled),
                                  absl::Seconds(30));
  EXPECT_EQ(ReasonOf(s), ErrorReason::kThrottled);
  EXPECT_EQ(RetryAfterOf(s), absl::Seconds(30));
  EXPECT_EQ(s.message(), "busy");
}

TEST(Error, AStatusWithoutThemHasNone) {
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), ErrorReason::kNone);
  EXPECT_EQ(RetryAfterOf(absl::InternalError("x")), std::nullopt);
}

TEST(Error, AnnotateKeepsCodeAndPayloads) {
  absl::Status s = Annotate(WithReason(absl::NotFoundError("no such row"), ErrorReason::kSequenceGap),
                            "reading the journal");
  EXPECT_EQ(s.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(s.message(), "reading the journal: no such row");
  EXPECT_EQ(ReasonOf(s), ErrorReason::kSequenceGap);
  EXPECT_TRUE(Annotate(absl::OkStatus(), "x").ok());
}

TEST(Error, NamesRoundTrip) {
  for (int i = 1; i <= static_cast<int>(ErrorReason::kSequenceGap); ++i) {
    const auto reason = static_cast<ErrorReason>(i);
    EXPECT_NE(ErrorReasonName(reason), "NONE") << i;
    EXPECT_EQ(ParseErrorReason(ErrorReasonName(reason)), reason);
  }
  EXPECT_EQ(ParseErrorReason("FROM_THE_FUTURE"), ErrorReason::kNone);
}

}  // namespace
}  // namespace holdfast

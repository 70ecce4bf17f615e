#include "server/service/time_estimate.h"

#include <gtest/gtest.h>

namespace holdfast::server {
namespace {

constexpr int64_t kSecond = 1000000000;
const BootId kBoot{{1}};
const BootId kEarlier{{2}};
constexpr ServerTime kReceived{1000 * kSecond};
// The device's wall clock is 100 s ahead of the server's.
const Stamp kSent{kBoot, {500 * kSecond}, {1100 * kSecond}};

absl::StatusOr<std::optional<fleet::Anchor>> NoAnchors(const BootId&) {
  return std::nullopt;
}

wire::TimeAnchor AnchorAt(int64_t mono_s, int64_t server_s) {
  return {kBoot, {mono_s * kSecond}, {server_s * kSecond}, absl::Milliseconds(20)};
}

TEST(TimeEstimate, AnchorOfTheSameBootGivesTheMomentToWithinHalfARoundTrip) {
  const auto anchor = UsableAnchor(AnchorAt(499, 999), kSent, kReceived);
  ASSERT_TRUE(anchor.has_value());
  TimeEstimator estimator(kReceived, kSent, anchor, NoAnchors);
  const auto e = estimator.For({kBoot, {400 * kSecond}, {0}}, {0});
  EXPECT_EQ(e->at.ns, 900 * kSecond);
  EXPECT_EQ(e->uncertainty_ns, 10000000 + 99 * 100000) << "half a round trip and 100 ppm of 99 s";
}

TEST(TimeEstimate, JumpOfTheWallClockChangesNothingWithinABoot) {
  TimeEstimator estimator(kReceived, kSent, UsableAnchor(AnchorAt(499, 999), kSent, kReceived), NoAnchors);
  const auto before = estimator.For({kBoot, {400 * kSecond}, {kSecond}}, {0});
  const auto after = estimator.For({kBoot, {400 * kSecond}, {INT64_MAX}}, {0});
  EXPECT_EQ(before->at, after->at);
}

TEST(TimeEstimate, WithoutAnAnchorTheMomentOfSendingServes) {
  TimeEstimator estimator(kReceived, kSent, std::nullopt, NoAnchors);
  const auto e = estimator.For({kBoot, {490 * kSecond}, {0}}, {0});
  EXPECT_EQ(e->at.ns, 990 * kSecond);
  EXPECT_GE(e->uncertainty_ns, absl::ToInt64Nanoseconds(kLongestTransit));
}

TEST(TimeEstimate, StoredAnchorPlacesRowsOfAnEarlierBoot) {
  TimeEstimator estimator(kReceived, kSent, std::nullopt,
                          [](const BootId& boot) -> absl::StatusOr<std::optional<fleet::Anchor>> {
                            if (boot != kEarlier) return std::nullopt;
                            return fleet::Anchor{kEarlier, {70 * kSecond}, {300 * kSecond}, 5};
                          });
  const auto e = estimator.For({kEarlier, {80 * kSecond}, {0}}, {0});
  EXPECT_EQ(e->at.ns, 310 * kSecond);
}

TEST(TimeEstimate, UnknownBootGoesByTheWallClockAndItsOffsetNow) {
  TimeEstimator estimator(kReceived, kSent, std::nullopt, NoAnchors);
  const auto e = estimator.For({kEarlier, {1}, {700 * kSecond}}, {0});
  EXPECT_EQ(e->at.ns, 600 * kSecond);
  EXPECT_EQ(e->uncertainty_ns, absl::ToInt64Nanoseconds(kWallUncertainty));
}

TEST(TimeEstimate, WallClockOf1970DoesNotPutARowBeforeTheOneBeforeIt) {
  TimeEstimator estimator(kReceived, kSent, std::nullopt, NoAnchors);
  const auto e = estimator.For({kEarlier, {1}, {0}}, {650 * kSecond});
  EXPECT_EQ(e->at.ns, 650 * kSecond);
  EXPECT_GE(e->uncertainty_ns, 750 * kSecond);
}

TEST(TimeEstimate, NothingHappensAfterItArrived) {
  TimeEstimator estimator(kReceived, kSent, std::nullopt, NoAnchors);
  const auto e = estimator.For({kEarlier, {1}, {9000 * kSecond}}, {0});
  EXPECT_EQ(e->at, kReceived);
  EXPECT_GE(e->uncertainty_ns, 7900 * kSecond);
  EXPECT_EQ(estimator.For({kBoot, {501 * kSecond}, {0}}, {0})->at, kReceived);
}

TEST(TimeEstimate, AnchorThatDoesNotFitTheMessageIsNotUsed) {
  EXPECT_FALSE(UsableAnchor(std::nullopt, kSent, kReceived).has_value());
  EXPECT_FALSE(UsableAnchor(AnchorAt(499, 1200), kSent, kReceived).has_value()) << "from the future";
  EXPECT_FALSE(UsableAnchor(AnchorAt(499, 600), kSent, kReceived).has_value()) << "400 s under way";
  EXPECT_FALSE(UsableAnchor(AnchorAt(501, 999), kSent, kReceived).has_value())
      << "after the message was sent";
  wire::TimeAnchor other = AnchorAt(499, 999);
  other.boot = kEarlier;
  EXPECT_FALSE(UsableAnchor(other, kSent, kReceived).has_value());
}

TEST(TimeEstimate, AbsurdClocksDoNotOverflow) {
  for (const int64_t mono : {INT64_MIN, INT64_MAX}) {
    for (const int64_t wall : {INT64_MIN, INT64_MAX}) {
      TimeEstimator estimator(kReceived, {kBoot, {~mono}, {~wall}}, std::nullopt, NoAnchors);
      for (const BootId& boot : {kBoot, kEarlier}) {
        const auto e = estimator.For({boot, {mono}, {wall}}, {0});
        EXPECT_LE(e->at, kReceived);
        EXPECT_GE(e->uncertainty_ns, 0);
      }
    }
  }
}

}  // namespace
}  // namespace holdfast::server

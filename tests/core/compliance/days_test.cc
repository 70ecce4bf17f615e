// Days make the whole, and come back from their bytes as they were.
#include "core/compliance/days.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "base/random.h"

namespace holdfast::compliance {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int64_t kHour = int64_t{3600} * 1'000'000'000;

ServerTime Hours(double h) {
  return {static_cast<int64_t>(h * static_cast<double>(kHour))};
}

Timeline RandomWeek(SplitMix64& random) {
  Timeline timeline;
  for (uint64_t n = random.Below(40); n > 0; --n) {
    Point point;
    point.kind = static_cast<PointKind>(random.Below(2) == 0 ? 1 : 1 + random.Below(6));
    point.at = {static_cast<int64_t>(random.Below(7 * kDayNs))};
    point.from = {point.at.ns - static_cast<int64_t>(random.Below(2 * kDayNs))};
    point.uncertainty_ns = static_cast<int64_t>(random.Below(1000));
    const bool span =
        point.kind == PointKind::kDown || point.kind == PointKind::kGap || point.kind == PointKind::kAbsent;
    if (!span) point.from = point.at;
    if (point.kind == PointKind::kVerdict) {
      point.key = random.Below(2) == 0 ? "corp" : "lab";
      point.time_class = static_cast<TimeClass>(random.Below(4));
      if (point.time_class != TimeClass::kNotRequired)
        point.cause = random.Below(2) == 0 ? "user" : "gateway";
    }
    if (point.kind == PointKind::kStopped) point.cause = random.Below(2) == 0 ? "shutdown" : "stop";
    timeline.points.push_back(std::move(point));
  }
  std::sort(timeline.points.begin(), timeline.points.end(),
            [](const Point& a, const Point& b) { return a.at < b.at; });
  timeline.last_contact = {static_cast<int64_t>(random.Below(8 * kDayNs))};
  return timeline;
}

std::vector<KeyAccount> SumOf(const std::vector<DayAccount>& days, const Window& window) {
  WindowSum sum(window.from);
  for (const DayAccount& day : days) {
    sum.BeginSpan({std::max(StartOf(day.day), window.from), std::min(StartOf(day.day + 1), window.to)});
    for (const KeyAccount& account : day.keys) sum.Add(account);
  }
  return sum.Take(window.to);
}

TEST(Days, BeforeAndAfterTheEpoch) {
  EXPECT_EQ(DayOf({0}), 0);
  EXPECT_EQ(DayOf({kDayNs - 1}), 0);
  EXPECT_EQ(DayOf({kDayNs}), 1);
  EXPECT_EQ(DayOf({-1}), -1);
  EXPECT_EQ(DayOf({-kDayNs}), -1);
  EXPECT_EQ(DayOf({-kDayNs - 1}), -2);
  EXPECT_EQ(MonthOf(0), 0);
  EXPECT_EQ(MonthOf(31), 1);
  EXPECT_EQ(MonthOf(-1), -1);
  EXPECT_EQ(MonthOf(20'779), 682);  // 2026-11-22
}

TEST(Days, TheirSumIsTheWhole) {
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    SplitMix64 random{seed};
    const Timeline timeline = RandomWeek(random);
    const ServerTime from{static_cast<int64_t>(random.Below(3 * kDayNs))};
    const Window window{from, {from.ns + static_cast<int64_t>(random.Below(5 * kDayNs))}};
    const Timeline inside{PointsOf(timeline.points, window), timeline.last_contact};
    if (window.from == window.to) continue;
    auto sum = SumOf(AccountByDay(inside, window), window), whole = AccountOf(inside, window);
    // Where a span of another kind hides a border from the whole, the day that it begins in still has it.
    for (auto* accounts : {&sum, &whole}) {
      for (KeyAccount& account : *accounts) ASSERT_LT(std::exchange(account.uncertainty_ns, 0), 1000);
    }
    ASSERT_EQ(sum, whole) << "seed " << seed;
  }
}

// What is kept of a day must not depend on how much of the history was read to make it.
TEST(Days, AWiderReadingGivesTheSameDay) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SplitMix64 random{seed};
    Timeline timeline = RandomWeek(random);
    std::shuffle(timeline.points.begin(), timeline.points.end(), std::mt19937_64(seed));
    const Window week{{0}, {7 * kDayNs}}, part{{2 * kDayNs}, {5 * kDayNs}};
    const auto whole = AccountByDay(timeline, week);
    const auto days = AccountByDay({PointsOf(timeline.points, part), timeline.last_contact}, part);
    ASSERT_THAT(days, SizeIs(3));
    for (int i = 0; i < 3; ++i) ASSERT_EQ(days[i], whole[i + 2]) << "seed " << seed;
  }
}

TEST(Days, ComeBackFromTheirBytes) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SplitMix64 random{seed};
    const auto days = AccountByDay(RandomWeek(random), {{0}, {7 * kDayNs}});
    std::vector<DayAccount> read;
    for (const DayAccount& day : days) read.push_back({day.day, {}});
    const std::string bytes = EncodeDays(days);
    ASSERT_TRUE(ReadDays(bytes, [&](Day day, const KeyAccount& account) {
                  read.at(static_cast<size_t>(day)).keys.push_back(account);
                }).ok());
    ASSERT_EQ(read, days) << "seed " << seed;
  }
}

TEST(Days, DamagedBytesAreNoAccounts) {
  SplitMix64 random{5};
  const std::string bytes = EncodeDays(AccountByDay(RandomWeek(random), {{0}, {7 * kDayNs}}));
  const auto nothing = [](Day, const KeyAccount& account) {
    int64_t sum = 0;
    for (int64_t ns : account.totals) sum += ns;
    EXPECT_EQ(sum, kDayNs);
  };
  EXPECT_TRUE(ReadDays(bytes, nothing).ok());
  EXPECT_FALSE(ReadDays(bytes + "x", nothing).ok());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ReadDays(bytes.substr(0, size), nothing).ok()) << size;
  }
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = bytes;
    for (uint64_t n = 1 + random.Below(4); n > 0; --n) {
      damaged[random.Below(damaged.size())] = static_cast<char>(random.Below(256));
    }
    ReadDays(damaged, nothing).IgnoreError();
  }
}

Point VerdictAt(double hours, TimeClass time_class, const std::string& cause = "") {
  return {.kind = PointKind::kVerdict,
          .at = Hours(hours),
          .key = "corp",
          .time_class = time_class,
          .cause = cause};
}

TEST(Outages, OneAcrossMidnightIsOneAndCausesDoNotSplitIt) {
  const Timeline timeline{{VerdictAt(1, TimeClass::kProtected), VerdictAt(22, TimeClass::kViolation, "a"),
                           VerdictAt(23, TimeClass::kViolation, "b"), VerdictAt(26, TimeClass::kProtected),
                           VerdictAt(30, TimeClass::kViolation, "a"), VerdictAt(31, TimeClass::kProtected)},
                          Hours(100)};
  const Window window{{0}, Hours(48)};
  const auto sum = SumOf(AccountByDay(timeline, window), window);
  ASSERT_THAT(sum, SizeIs(1));
  EXPECT_EQ(sum[0].outages, (Outages{2, 4 * kHour, 0, 0}));
}

TEST(Outages, OneThatFillsDaysIsStillOne) {
  const Timeline timeline{{VerdictAt(-1, TimeClass::kViolation, "a")}, Hours(1000)};
  const Window window{{0}, Hours(96)};
  const auto sum = SumOf(AccountByDay(timeline, window), window);
  ASSERT_THAT(sum, SizeIs(1));
  EXPECT_EQ(sum[0].outages, (Outages{1, 96 * kHour, 96 * kHour, 96 * kHour}));
}

TEST(Days, AKeyThatCameLaterWasNotRequiredBefore) {
  const Timeline timeline{{VerdictAt(30, TimeClass::kProtected)}, Hours(1000)};
  const Window window{{0}, Hours(72)};
  const auto days = AccountByDay(timeline, window);
  ASSERT_THAT(days, SizeIs(3));
  EXPECT_THAT(days[0].keys, IsEmpty());
  const auto sum = SumOf(days, window);
  ASSERT_THAT(sum, SizeIs(1));
  EXPECT_EQ(Of(sum[0].totals, TimeClass::kNotRequired), 30 * kHour);
  EXPECT_EQ(Of(sum[0].totals, TimeClass::kProtected), 42 * kHour);
}

}  // namespace
}  // namespace holdfast::compliance

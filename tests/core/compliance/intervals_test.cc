#include "core/compliance/intervals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/compliance/account.h"

namespace holdfast::compliance {
namespace {

using ::testing::ElementsAre;

Point VerdictAt(int64_t at, TimeClass c, std::string cause = "", std::string key = "corp") {
  return {.kind = PointKind::kVerdict,
          .at = {at},
          .key = std::move(key),
          .time_class = c,
          .cause = std::move(cause)};
}
Point Started(int64_t at) {
  return {.kind = PointKind::kStarted, .at = {at}};
}
Point Stopped(int64_t at, std::string reason) {
  return {.kind = PointKind::kStopped, .at = {at}, .cause = std::move(reason)};
}
Point Span(PointKind kind, int64_t from, int64_t at) {
  return {.kind = kind, .at = {at}, .from = {from}};
}

struct Piece {
  int64_t from, to;
  TimeClass time_class;
  std::string cause;
  friend bool operator==(const Piece&, const Piece&) = default;
  friend void PrintTo(const Piece& p, std::ostream* os) {
    *os << "[" << p.from << "," << p.to << ") " << std::string(TimeClassName(p.time_class)) << " " << p.cause;
  }
};

std::vector<Piece> Pieces(std::vector<Point> points, int64_t last_contact = 100,
                          Window window = {{0}, {100}}) {
  const Timeline timeline{Monotonic(std::move(points)), {last_contact}};
  std::vector<Piece> out;
  for (const Interval& i : IntervalsOf(timeline, "corp", window)) {
    out.push_back({i.from.ns, i.to.ns, i.time_class, i.cause});
  }
  return out;
}

constexpr auto kNotRequired = TimeClass::kNotRequired;
constexpr auto kProtected = TimeClass::kProtected;
constexpr auto kViolation = TimeClass::kViolation;
constexpr auto kAsleep = TimeClass::kAsleepOrOff;
constexpr auto kUnknown = TimeClass::kUnknown;

TEST(Intervals, ClassHoldsUntilTheNextVerdictOfItsKey) {
  EXPECT_THAT(Pieces({VerdictAt(10, kProtected), VerdictAt(20, kViolation, "user", "other"),
                      VerdictAt(60, kViolation, "stuck")}),
              ElementsAre(Piece{0, 10, kNotRequired, ""}, Piece{10, 60, kProtected, ""},
                          Piece{60, 100, kViolation, "stuck"}));
}

TEST(Intervals, CarriesInWhatHeldBeforeTheWindow) {
  EXPECT_THAT(Pieces({VerdictAt(-50, kProtected)}), ElementsAre(Piece{0, 100, kProtected, ""}));
  EXPECT_THAT(Pieces({VerdictAt(-50, kProtected), Stopped(-40, "shutdown")}),
              ElementsAre(Piece{0, 100, kAsleep, "shutdown"}));
}

TEST(Intervals, WhileTheDeviceIsOutOfServiceNothingIsRequiredWhateverItWrote) {
  EXPECT_THAT(
      Pieces({VerdictAt(10, kProtected), VerdictAt(40, kViolation, "user"), Span(PointKind::kGap, 45, 55),
              VerdictAt(70, kProtected), Span(PointKind::kAbsent, 30, 60)}),
      ElementsAre(Piece{0, 10, kNotRequired, ""}, Piece{10, 30, kProtected, ""},
                  Piece{30, 60, kNotRequired, ""}, Piece{60, 70, kViolation, "user"},
                  Piece{70, 100, kProtected, ""}));
  EXPECT_THAT(Pieces({VerdictAt(10, kProtected), Span(PointKind::kAbsent, 50, 1'000'000)}, 20),
              ElementsAre(Piece{0, 10, kNotRequired, ""}, Piece{10, 20, kProtected, ""},
                          Piece{20, 50, kUnknown, "silent"}, Piece{50, 100, kNotRequired, ""}));
}

TEST(Intervals, IgnoresWhatComesAfterTheWindow) {
  EXPECT_THAT(Pieces({VerdictAt(-1, kProtected), VerdictAt(100, kViolation)}, 500),
              ElementsAre(Piece{0, 100, kProtected, ""}));
}

TEST(Intervals, ShutdownIsAsleepOrOffUntilTheFirstVerdictAfterTheStart) {
  EXPECT_THAT(
      Pieces({VerdictAt(0, kProtected), Stopped(20, "shutdown"), Started(50), VerdictAt(55, kProtected)}),
      ElementsAre(Piece{0, 20, kProtected, ""}, Piece{20, 50, kAsleep, "shutdown"},
                  Piece{50, 55, kUnknown, "starting"}, Piece{55, 100, kProtected, ""}));
}

TEST(Intervals, StopOfTheAgentAloneIsUnknown) {
  for (const char* reason : {"stop", "upgrade"}) {
    EXPECT_THAT(Pieces({VerdictAt(0, kProtected), Stopped(20, reason)}),
                ElementsAre(Piece{0, 20, kProtected, ""}, Piece{20, 100, kUnknown, "agent_stopped"}));
  }
}

TEST(Intervals, UncleanDeathIsUnknownFromTheLastSignOfLife) {
  EXPECT_THAT(Pieces({VerdictAt(0, kProtected), Span(PointKind::kDown, 30, 50), Started(50),
                      VerdictAt(52, kProtected)}),
              ElementsAre(Piece{0, 30, kProtected, ""}, Piece{30, 50, kUnknown, "agent_down"},
                          Piece{50, 52, kUnknown, "starting"}, Piece{52, 100, kProtected, ""}));
}

TEST(Intervals, NotRequiredStaysSoWhileTheAgentIsDown) {
  EXPECT_THAT(Pieces({VerdictAt(0, kProtected), VerdictAt(10, kNotRequired), Stopped(20, "stop"),
                      Span(PointKind::kDown, 20, 30), Started(30)}),
              ElementsAre(Piece{0, 10, kProtected, ""}, Piece{10, 100, kNotRequired, ""}));
}

TEST(Intervals, SilenceIsUnknownUnlessItSleeps) {
  EXPECT_THAT(Pieces({VerdictAt(0, kProtected)}, 40),
              ElementsAre(Piece{0, 40, kProtected, ""}, Piece{40, 100, kUnknown, "silent"}));
  EXPECT_THAT(Pieces({VerdictAt(0, kProtected), VerdictAt(30, kAsleep)}, 40),
              ElementsAre(Piece{0, 30, kProtected, ""}, Piece{30, 100, kAsleep, ""}));
  EXPECT_THAT(Pieces({VerdictAt(0, kNotRequired)}, 40), ElementsAre(Piece{0, 100, kNotRequired, ""}));
}

TEST(Intervals, LastContactBeforeTheWindowMakesAllOfItSilent) {
  EXPECT_THAT(Pieces({VerdictAt(-20, kProtected)}, -10), ElementsAre(Piece{0, 100, kUnknown, "silent"}));
}

TEST(Intervals, GapHidesEvenTimeThatWasNotRequired) {
  EXPECT_THAT(Pieces({VerdictAt(0, kNotRequired), VerdictAt(60, kProtected), Span(PointKind::kGap, 20, 70)}),
              ElementsAre(Piece{0, 20, kNotRequired, ""}, Piece{20, 70, kUnknown, "gap"},
                          Piece{70, 100, kProtected, ""}));
}

TEST(Intervals, GapBeforeTheFirstVerdictOfAKeyIsNotItsConcern) {
  EXPECT_THAT(Pieces({Span(PointKind::kGap, 10, 20), VerdictAt(30, kProtected)}),
              ElementsAre(Piece{0, 30, kNotRequired, ""}, Piece{30, 100, kProtected, ""}));
}

TEST(Intervals, EmptyWindowHasNone) {
  EXPECT_THAT(Pieces({VerdictAt(0, kProtected)}, 100, {{50}, {50}}), ElementsAre());
  EXPECT_THAT(Pieces({VerdictAt(0, kProtected)}, 100, {{50}, {40}}), ElementsAre());
}

std::vector<int64_t> Times(const std::vector<Point>& points) {
  std::vector<int64_t> out;
  for (const Point& point : Monotonic(points)) out.push_back(point.at.ns);
  return out;
}

TEST(Monotonic, TheLessCertainTimeGivesWay) {
  std::vector<Point> points = {VerdictAt(10, kProtected), VerdictAt(90, kViolation),
                               VerdictAt(30, kProtected)};
  points[1].uncertainty_ns = 1000;
  points[2].uncertainty_ns = 1;
  EXPECT_THAT(Times(points), ElementsAre(10, 30, 30));
  points[1].uncertainty_ns = 1;
  points[2].uncertainty_ns = 1000;
  EXPECT_THAT(Times(points), ElementsAre(10, 90, 90));
}

TEST(Account, ReportsTheLargestUncertaintyOfABorderInsideTheWindow) {
  std::vector<Point> points = {VerdictAt(-5, kProtected), VerdictAt(10, kViolation, "user"),
                               VerdictAt(20, kProtected)};
  points[0].uncertainty_ns = 900;
  points[1].uncertainty_ns = 7;
  points[2].uncertainty_ns = 3;
  const auto accounts = AccountOf({points, {100}}, {{0}, {100}});
  ASSERT_EQ(accounts.size(), 1u);
  EXPECT_EQ(accounts[0].uncertainty_ns, 7);
  EXPECT_THAT(accounts[0].causes,
              ElementsAre(CauseTotal{kProtected, "", 90}, CauseTotal{kViolation, "user", 10}));
}

TEST(Account, ShareLeavesOutTimeThatNobodyCouldHaveProtected) {
  ClassTotals totals{};
  EXPECT_FALSE(ProtectedShare(totals).has_value());
  Of(totals, kAsleep) = 1000;
  EXPECT_FALSE(ProtectedShare(totals).has_value());
  Of(totals, kProtected) = 3;
  Of(totals, kUnknown) = 1;
  EXPECT_EQ(ProtectedShare(totals), 0.75);
}

}  // namespace
}  // namespace holdfast::compliance

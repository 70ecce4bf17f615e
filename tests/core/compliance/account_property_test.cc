// Over random timelines: every second is counted once, and a model that looks at one instant at a time
// agrees.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "core/compliance/account.h"

namespace holdfast::compliance {
namespace {

const std::vector<std::string> kKeys = {"corp", "lab", "mail"};

Point RandomPoint(SplitMix64& random) {
  Point point;
  point.kind = static_cast<PointKind>(random.Below(5) < 2 ? 1 : 1 + random.Below(6));
  point.at = {static_cast<int64_t>(random.Below(160)) - 30};
  point.uncertainty_ns = static_cast<int64_t>(random.Below(20));
  point.from = {point.at.ns - static_cast<int64_t>(random.Below(40))};
  if (point.kind == PointKind::kVerdict) {
    point.key = kKeys[random.Below(kKeys.size())];
    point.time_class = static_cast<TimeClass>(random.Below(kTimeClassCount));
    if (point.time_class != TimeClass::kNotRequired) point.cause = random.Below(2) ? "a" : "b";
  }
  if (point.kind == PointKind::kStopped) point.cause = random.Below(2) ? "shutdown" : "stop";
  return point;
}

Timeline RandomTimeline(SplitMix64& random) {
  Timeline timeline;
  for (uint64_t n = random.Below(25); n > 0; --n) timeline.points.push_back(RandomPoint(random));
  if (random.Below(4) != 0) {
    std::sort(timeline.points.begin(), timeline.points.end(),
              [](const Point& a, const Point& b) { return a.at < b.at; });
  }
  timeline.last_contact = {static_cast<int64_t>(random.Below(150)) - 20};
  return timeline;
}

// What held at one instant, by the sentences of intervals.h and nothing else.
std::pair<TimeClass, std::string> At(const Timeline& timeline, const std::string& key, int64_t t) {
  std::pair<TimeClass, std::string> verdict{TimeClass::kNotRequired, ""};
  std::optional<std::pair<TimeClass, std::string>> agent;
  bool had_verdict = false, in_gap = false, down = false, absent = false;
  int64_t first_verdict = 0;
  for (const Point& p : timeline.points) {
    if (p.kind != PointKind::kVerdict || p.key != key) continue;
    had_verdict = true;
    first_verdict = p.at.ns;
    break;
  }
  for (const Point& p : timeline.points) {
    if (p.kind == PointKind::kGap)
      in_gap |= had_verdict && t >= std::max(p.from.ns, first_verdict) && t < p.at.ns;
    if (p.kind == PointKind::kDown) down |= t >= p.from.ns && t < p.at.ns;
    if (p.kind == PointKind::kAbsent) absent |= t >= p.from.ns && t < p.at.ns;
    if (p.at.ns > t) continue;
    if (p.kind == PointKind::kStarted) agent = {TimeClass::kUnknown, "starting"};
    if (p.kind == PointKind::kStopped && p.cause == "shutdown") agent = {TimeClass::kAsleepOrOff, "shutdown"};
    if (p.kind == PointKind::kStopped && p.cause != "shutdown")
      agent = {TimeClass::kUnknown, "agent_stopped"};
    if (p.kind == PointKind::kVerdict && p.key == key) {
      verdict = {p.time_class, p.cause};
      agent.reset();
    }
  }
  if (absent) return {TimeClass::kNotRequired, ""};
  if (in_gap) return {TimeClass::kUnknown, "gap"};
  if (verdict.first == TimeClass::kNotRequired) return verdict;
  if (down) return {TimeClass::kUnknown, "agent_down"};
  if (agent) verdict = *agent;
  if (t >= timeline.last_contact.ns && verdict.first != TimeClass::kAsleepOrOff)
    return {TimeClass::kUnknown, "silent"};
  return verdict;
}

TEST(AccountProperty, EverySecondIsCountedOnceAndAsTheModelSays) {
  for (uint64_t seed = 1; seed <= 3000; ++seed) {
    SplitMix64 random{seed};
    Timeline timeline = RandomTimeline(random);
    timeline.points = Monotonic(std::move(timeline.points));
    const Window window{{0}, {static_cast<int64_t>(random.Below(120))}};
    for (const KeyAccount& account : AccountOf(timeline, window)) {
      ClassTotals expected{};
      for (int64_t t = window.from.ns; t < window.to.ns; ++t)
        ++Of(expected, At(timeline, account.key, t).first);
      ASSERT_EQ(account.totals, expected) << "seed " << seed << " key " << account.key;
      int64_t sum = 0;
      for (int64_t ns : account.totals) sum += ns;
      ASSERT_EQ(sum, window.to.ns - window.from.ns) << "seed " << seed;
    }
  }
}

TEST(AccountProperty, IntervalsTileTheWindowAndCausesAgree) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SplitMix64 random{seed};
    Timeline timeline = RandomTimeline(random);
    timeline.points = Monotonic(std::move(timeline.points));
    for (const std::string& key : KeysOf(timeline)) {
      ServerTime at{0};
      for (const Interval& i : IntervalsOf(timeline, key, {{0}, {100}})) {
        ASSERT_EQ(i.from, at) << "seed " << seed;
        ASSERT_LT(i.from, i.to) << "seed " << seed;
        const auto model = At(timeline, key, i.from.ns);
        ASSERT_EQ(i.time_class, model.first) << "seed " << seed;
        ASSERT_EQ(i.cause, model.second) << "seed " << seed;
        at = i.to;
      }
      ASSERT_EQ(at, ServerTime{100}) << "seed " << seed;
    }
  }
}

TEST(AccountProperty, TwoHalvesOfAWindowMakeTheWhole) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SplitMix64 random{seed};
    const Timeline timeline = RandomTimeline(random);
    const auto whole = AccountOf(timeline, {{0}, {100}});
    const auto first = AccountOf(timeline, {{0}, {37}});
    const auto second = AccountOf(timeline, {{37}, {100}});
    for (size_t i = 0; i < whole.size(); ++i) {
      ClassTotals sum = first[i].totals;
      Add(sum, second[i].totals);
      ASSERT_EQ(sum, whole[i].totals) << "seed " << seed;
    }
  }
}

TEST(AccountProperty, NanosecondsOfAYearDoNotRound) {
  const int64_t year = int64_t{365} * 86400 * 1000000000;
  Timeline timeline;
  timeline.points = {
      {.kind = PointKind::kVerdict, .at = {1}, .key = "corp", .time_class = TimeClass::kProtected}};
  timeline.last_contact = {year};
  const auto accounts = AccountOf(timeline, {{0}, {year}});
  EXPECT_EQ(Of(accounts[0].totals, TimeClass::kProtected), year - 1);
  EXPECT_EQ(Of(accounts[0].totals, TimeClass::kNotRequired), 1);
}

}  // namespace
}  // namespace holdfast::compliance

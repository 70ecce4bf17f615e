// What the store gives for a window must account for it as the whole timeline would.
#include <algorithm>

#include "base/random.h"
#include "core/compliance/account.h"
#include "tests/storage/fleet/memory_store.h"

namespace holdfast::fleet {
namespace {

using compliance::Point;
using compliance::PointKind;

class TimelineStore : public StoreTest {
 protected:
  std::vector<Point> RandomPoints(SplitMix64& random) {
    std::vector<Point> points;
    int64_t at = 0;
    for (uint64_t n = random.Below(30); n > 0; --n) {
      at += 1 + static_cast<int64_t>(random.Below(12));
      Point p{.kind = static_cast<PointKind>(1 + random.Below(5)), .at = {at}};
      p.from = p.at;
      if (p.kind == PointKind::kVerdict) {
        p.key = random.Below(2) ? "corp" : "lab";
        p.time_class = static_cast<TimeClass>(random.Below(kTimeClassCount));
      }
      if (p.kind == PointKind::kStopped) p.cause = random.Below(2) ? "shutdown" : "stop";
      if (p.kind >= PointKind::kDown) p.from = {at - static_cast<int64_t>(random.Below(20))};
      points.push_back(p);
    }
    return points;
  }
};

TEST_F(TimelineStore, WindowNeedsNoMoreThanIsGiven) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SplitMix64 random{seed};
    const DeviceKey device = Add(std::to_string(seed));
    const std::vector<Point> all = RandomPoints(random);
    uint64_t seq = 0;
    for (const Point& p : all) {
      ASSERT_TRUE(store->AddPoint({.device = device, .chain = 1, .seq = ++seq, .point = p}).ok());
    }
    const ServerTime from{static_cast<int64_t>(random.Below(150))};
    const ServerTime to = from + absl::Nanoseconds(1 + random.Below(100));
    const ServerTime contact{static_cast<int64_t>(random.Below(300))};
    const auto whole = compliance::AccountOf({all, contact}, {from, to});
    const auto given = compliance::AccountOf({*store->PointsFor(device, from, to), contact}, {from, to});
    for (const auto& account : whole) {
      const auto same =
          std::find_if(given.begin(), given.end(), [&](const auto& g) { return g.key == account.key; });
      // A key whose first verdict comes after the window is not in it.
      if (same == given.end()) {
        ASSERT_EQ(compliance::Of(account.totals, TimeClass::kNotRequired), to.ns - from.ns)
            << "seed " << seed;
      } else {
        ASSERT_EQ(same->totals, account.totals) << "seed " << seed << " key " << account.key;
        ASSERT_EQ(same->causes, account.causes) << "seed " << seed << " key " << account.key;
      }
    }
  }
}

}  // namespace
}  // namespace holdfast::fleet

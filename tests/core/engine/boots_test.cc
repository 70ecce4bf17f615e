#include "core/engine/boots.h"

#include <gtest/gtest.h>

namespace holdfast::engine {
namespace {

constexpr WallTime kNoon{1'800'000'000'000'000'000};

Stamp At(uint8_t boot, absl::Duration mono, absl::Duration wall) {
  Stamp at;
  at.boot.bytes[0] = boot;
  at.mono = MonoTime{} + mono;
  at.wall = kNoon + wall;
  return at;
}

TEST(Boots, WithinABootTheWallClockSaysNothing) {
  Boots boots;
  boots.Note(At(1, absl::Minutes(1), absl::Hours(9)));
  boots.Note(At(1, absl::Minutes(31), absl::ZeroDuration()));
  EXPECT_EQ(boots.OnThisBoot(At(1, absl::Minutes(1), absl::Hours(9))), MonoTime{} + absl::Minutes(1));
}

TEST(Boots, AClockThatWasSetBeforeTheBootEndedDoesNotMakeARowOlder) {
  Boots boots;
  const Stamp start = At(1, absl::Minutes(10), absl::Minutes(10));
  boots.Note(start);
  boots.Note(At(1, absl::Minutes(20), absl::Hours(11)));
  boots.Note(At(2, absl::Minutes(1), absl::Hours(11) + absl::Minutes(5)));
  // Ten minutes until it went down and five until it was back.
  EXPECT_EQ(boots.OnThisBoot(start), MonoTime{} + absl::Minutes(1) - absl::Minutes(15));
}

TEST(Boots, EachTimeItWasOffCounts) {
  Boots boots;
  const Stamp start = At(1, absl::Minutes(5), absl::Minutes(5));
  boots.Note(start);
  boots.Note(At(2, absl::Minutes(1), absl::Minutes(25)));
  boots.Note(At(2, absl::Minutes(11), absl::Minutes(35)));
  boots.Note(At(3, absl::Minutes(1), absl::Minutes(45)));
  EXPECT_EQ(boots.OnThisBoot(start), MonoTime{} + absl::Minutes(1) - absl::Minutes(40));
}

TEST(Boots, AClockSetBackWhileItWasOffIsNoTimeAtAll) {
  Boots boots;
  const Stamp start = At(1, absl::Minutes(5), absl::Hours(8));
  boots.Note(start);
  boots.Note(At(2, absl::Minutes(1), absl::ZeroDuration()));
  EXPECT_EQ(boots.OnThisBoot(start), MonoTime{} + absl::Minutes(1));
}

TEST(Boots, ABootThatLeftNothingElseIsPlacedByTheWallClocks) {
  Boots boots;
  boots.Note(At(2, absl::Minutes(1), absl::Minutes(30)));
  EXPECT_EQ(boots.OnThisBoot(At(1, absl::Hours(5), absl::ZeroDuration())),
            MonoTime{} + absl::Minutes(1) - absl::Minutes(30));
}

}  // namespace
}  // namespace holdfast::engine

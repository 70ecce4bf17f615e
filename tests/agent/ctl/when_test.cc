#include "agent/ctl/when.h"

#include <gtest/gtest.h>

namespace holdfast::ctl {
namespace {

TEST(When, ReadsDurationsAndTimesAsPeopleWriteThem) {
  EXPECT_EQ(*ParseDuration("30m"), absl::Minutes(30));
  EXPECT_EQ(*ParseDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(*ParseDuration("2d"), absl::Hours(48));
  for (const char* wrong : {"", "30", "-5m", "0s", "inf", "d", "soon"})
    EXPECT_FALSE(ParseDuration(wrong).ok()) << wrong;
  const absl::Time now = absl::FromUnixSeconds(1'795'000'000);
  EXPECT_EQ(*ParseSince("1h", now, absl::UTCTimeZone()), now - absl::Hours(1));
  EXPECT_EQ(*ParseSince("2026-11-18 11:06:40", now, absl::UTCTimeZone()), now);
  EXPECT_EQ(*ParseSince("2026-11-18T12:06:40+01:00", now, absl::UTCTimeZone()), now);
  EXPECT_FALSE(ParseSince("18.11.2026", now, absl::UTCTimeZone()).ok());
}

}  // namespace
}  // namespace holdfast::ctl

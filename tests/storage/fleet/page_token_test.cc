#include "storage/fleet/sqlite/page_token.h"

#include <gtest/gtest.h>

namespace holdfast::fleet {
namespace {

TEST(PageToken, RoundTrips) {
  const std::string token = MakePageToken("q", {.number = -7, .integer = INT64_MIN, .text = "näme"});
  const auto position = ReadPageToken("q", token);
  ASSERT_TRUE(position.ok());
  EXPECT_EQ(position->number, -7);
  EXPECT_EQ(position->integer, INT64_MIN);
  EXPECT_EQ(position->text, "näme");
}

TEST(PageToken, OfAnotherQueryOrDamagedIsRefused) {
  const std::string token = MakePageToken("q", {.number = 1});
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPageToken("r", token).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPageToken("q", token.substr(2)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPageToken("q", token.substr(0, 15)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPageToken("q", "hello").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadPageToken("q", token + "00").status()));
}

}  // namespace
}  // namespace holdfast::fleet

#include "base/ids.h"

#include <gtest/gtest.h>

namespace holdfast {
namespace {

TEST(Uuid, TextIsUpperCaseAndReadsBackInEitherCase) {
  auto id = Uuid::Parse("839a7948-0024-5ce8-b26d-051c798f53f2");
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->ToString(), "839A7948-0024-5CE8-B26D-051C798F53F2");
  EXPECT_EQ(*Uuid::Parse(id->ToString()), *id);
}

TEST(Uuid, AnythingElseIsRefusedAndNamed) {
  for (const char* bad : {"", "839A7948", "839A7948-0024-5CE8-B26D-051C798F53F",
                          "839A7948-0024-5CE8-B26D-051C798F53F2 ", "839A7948+0024-5CE8-B26D-051C798F53F2",
                          "839A79480-024-5CE8-B26D-051C798F53F2", "G39A7948-0024-5CE8-B26D-051C798F53F2"}) {
    auto id = Uuid::Parse(bad);
    EXPECT_FALSE(id.ok()) << bad;
    EXPECT_NE(id.status().message().find(bad), absl::string_view::npos);
  }
}

TEST(Uuid, RandomIsVersion4AndFromNameIsStable) {
  SeededRandom random(1);
  const Uuid a = Uuid::Random(random), b = Uuid::Random(random);
  EXPECT_NE(a, b);
  EXPECT_EQ(a.ToString()[14], '4');
  EXPECT_EQ(Uuid::FromName("vici:home/split"), Uuid::FromName("vici:home/split"));
  EXPECT_NE(Uuid::FromName("a"), Uuid::FromName("b"));
  EXPECT_EQ(Uuid::FromName("a").ToString()[14], '8');
}

TEST(Epoch, IsSixteenHexDigits) {
  EXPECT_EQ(EpochToString(0x1f), "000000000000001f");
  EXPECT_EQ(*ParseEpoch("000000000000001f"), 0x1fu);
  EXPECT_FALSE(ParseEpoch("1f").ok());
  EXPECT_FALSE(ParseEpoch("zzzzzzzzzzzzzzzz").ok());
}

TEST(IncidentId, NamesDeviceEpochAndRow) {
  IncidentId id{*Uuid::Parse("839A7948-0024-5CE8-B26D-051C798F53F2"), 255, 12};
  EXPECT_EQ(id.ToString(), "839A7948-0024-5CE8-B26D-051C798F53F2/00000000000000ff/12");
}

}  // namespace
}  // namespace holdfast

#include "profiles/macho/der_entitlements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/profiles/der.h"

namespace holdfast::profiles {
namespace {

using ::testing::HasSubstr;

std::string WhyNot(const std::string& der) {
  const auto read = ReadDerEntitlements(der, "x");
  return read.ok() ? "" : std::string(read.status().message());
}

TEST(DerEntitlements, EveryType) {
  const auto read =
      ReadDerEntitlements(DerEntitlements({{"array", DerArray({DerText("one"), DerText("two")})},
                                           {"dict", DerDict({{"inner", DerTrue()}})},
                                           {"false", Der(0x01, std::string(1, '\0'))},
                                           {"number", Der(0x02, "\x01\x02\x03")},
                                           {"negative", Der(0x02, "\xFE")},
                                           {"text", DerText("ü")}}),
                          "x");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read->Find("array")->As<plist::Array>(),
            (plist::Array{plist::Value(std::string("one")), plist::Value(std::string("two"))}));
  EXPECT_EQ(*read->Find("dict")->Find("inner")->As<bool>(), true);
  EXPECT_EQ(*read->Find("false")->As<bool>(), false);
  EXPECT_EQ(*read->Find("number")->As<int64_t>(), 0x010203);
  EXPECT_EQ(*read->Find("negative")->As<int64_t>(), -2);
  EXPECT_EQ(*read->Find("text")->As<std::string>(), "ü");
}

TEST(DerEntitlements, AnotherVersionOfTheDictionary) {
  const auto read = ReadDerEntitlements(DerDict({{"a", DerTrue()}}, 0x31), "x");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read->Find("a")->As<bool>(), true);
}

TEST(DerEntitlements, LongLengths) {
  const std::string text(300, 'x');
  const auto read = ReadDerEntitlements(DerEntitlements({{"a", DerText(text)}}), "x");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read->Find("a")->As<std::string>(), text);
}

TEST(DerEntitlements, WhatIsNoneIsRefused) {
  EXPECT_THAT(WhyNot(""), HasSubstr("cut off"));
  EXPECT_THAT(WhyNot(DerTrue()), HasSubstr("no dictionary"));
  EXPECT_THAT(WhyNot(Der(0x70, DerDict({}))), HasSubstr("version"));
  EXPECT_THAT(WhyNot(DerEntitlements({}) + "x"), HasSubstr("bytes follow"));
  EXPECT_THAT(WhyNot(DerDict({{"a", Der(0x17, "x")}})), HasSubstr("unknown type"));
  EXPECT_THAT(WhyNot(DerDict({{"a", DerTrue()}, {"a", DerTrue()}})), HasSubstr("twice"));
  EXPECT_THAT(WhyNot(DerDict({{"a", DerText("\xff")}})), HasSubstr("UTF-8"));
  EXPECT_THAT(WhyNot(std::string("\xB0\x84\xff\xff\xff\xff", 6)), HasSubstr("cut off"));
  EXPECT_THAT(WhyNot(std::string("\xB0\x80", 2)), HasSubstr("length"));
}

TEST(DerEntitlements, DepthIsBounded) {
  std::string deep = DerTrue();
  for (int i = 0; i < 200; ++i) deep = DerArray({deep});
  EXPECT_THAT(WhyNot(DerDict({{"a", deep}})), HasSubstr("nested"));
}

TEST(DerEntitlements, CutOffAnywhereIsRefused) {
  const std::string whole = DerEntitlements({{"a", DerArray({DerText("b"), DerTrue()})}});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ReadDerEntitlements(absl::string_view(whole).substr(0, size), "x").ok()) << size;
  }
}

}  // namespace
}  // namespace holdfast::profiles

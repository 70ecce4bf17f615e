#include "core/orders/code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"

namespace holdfast {
namespace {

const Uuid kDevice = *Uuid::Parse("6F1B4C0E-0000-4000-8000-000000000001");
const Uuid kOther = *Uuid::Parse("6F1B4C0E-0000-4000-8000-000000000002");
const std::string kKey(32, 'k');
// 2026-11-21T12:30:00Z
constexpr WallTime kNow{1795264200LL * 1000000000};

OverrideCode Code(absl::Duration length = absl::Hours(2), uint16_t serial = 0x91C0) {
  return {length, CodeHour(kNow.ns), serial};
}

TEST(OverrideCode, SaysWhatWasPutInto) {
  const std::string text = EncodeOverrideCode(Code(), kDevice, kKey);
  EXPECT_EQ(text.size(), 24u);
  const auto decoded = DecodeOverrideCode(text, kDevice, kKey, kNow);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, Code());
  EXPECT_EQ(decoded->Id(), Code().Id());
}

TEST(OverrideCode, ItsLayoutNeverChanges) {
  // Version 1, 48 quarter hours, hour 16571, serial 7: 0001 110000 0000000100000010111011 0000000000000111,
  // then 52 bits of the keyed hash.
  EXPECT_EQ(EncodeOverrideCode({absl::Hours(12), 16571, 7}, kDevice, kKey), "3G04-1ER0-0YEZ-301G-2YCE");
}

TEST(OverrideCode, IsReadAsPeopleType) {
  const std::string text = EncodeOverrideCode(Code(), kDevice, kKey);
  for (const std::string& typed :
       {absl::AsciiStrToLower(text), absl::StrReplaceAll(text, {{"-", ""}}),
        absl::StrReplaceAll(text, {{"-", " "}}), absl::StrReplaceAll(text, {{"0", "O"}, {"1", "l"}})}) {
    EXPECT_TRUE(DecodeOverrideCode(typed, kDevice, kKey, kNow).ok()) << typed;
  }
}

TEST(OverrideCode, IsBoundToTheDeviceAndItsKey) {
  const std::string text = EncodeOverrideCode(Code(), kDevice, kKey);
  EXPECT_EQ(DecodeOverrideCode(text, kOther, kKey, kNow).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(DecodeOverrideCode(text, kDevice, std::string(32, 'x'), kNow).status().code(),
            absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(DecodeOverrideCode(text, kDevice, "", kNow).status().code(), absl::StatusCode::kPermissionDenied);
}

TEST(OverrideCode, NoCharacterCanBeChanged) {
  const std::string text = EncodeOverrideCode(Code(), kDevice, kKey);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-') continue;
    std::string changed = text;
    changed[i] = changed[i] == 'Z' ? 'Y' : 'Z';
    EXPECT_EQ(DecodeOverrideCode(changed, kDevice, kKey, kNow).status().code(),
              absl::StatusCode::kPermissionDenied)
        << changed;
  }
}

TEST(OverrideCode, IsGoodForADay) {
  const std::string text = EncodeOverrideCode(Code(), kDevice, kKey);
  EXPECT_TRUE(DecodeOverrideCode(text, kDevice, kKey, kNow + absl::Hours(24)).ok());
  EXPECT_TRUE(DecodeOverrideCode(text, kDevice, kKey, kNow - absl::Hours(2)).ok());  // a clock that is behind
  for (const absl::Duration off : {absl::Hours(25), -absl::Hours(3)}) {
    EXPECT_EQ(DecodeOverrideCode(text, kDevice, kKey, kNow + off).status().code(),
              absl::StatusCode::kFailedPrecondition);
  }
}

TEST(OverrideCode, LengthsAreQuarterHours) {
  for (int quarters : {1, 7, 48}) {
    const auto decoded = DecodeOverrideCode(
        EncodeOverrideCode(Code(absl::Minutes(15) * quarters), kDevice, kKey), kDevice, kKey, kNow);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->length, absl::Minutes(15) * quarters);
  }
  const auto up =
      DecodeOverrideCode(EncodeOverrideCode(Code(absl::Minutes(16)), kDevice, kKey), kDevice, kKey, kNow);
  EXPECT_EQ(up->length, absl::Minutes(30));
}

TEST(OverrideCode, WhatIsNoCodeSaysSo) {
  for (absl::string_view text : {"", "1234", "0000-0000-0000-0000-0000-0", "0000-0000-0000-0000-000!"}) {
    EXPECT_EQ(DecodeOverrideCode(text, kDevice, kKey, kNow).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(OverrideCode, SerialsTellCodesOfOneHourApart) {
  std::set<std::string> ids;
  for (uint16_t serial = 0; serial < 100; ++serial) ids.insert(Code(absl::Hours(1), serial).Id());
  EXPECT_EQ(ids.size(), 100u);
}

}  // namespace
}  // namespace holdfast

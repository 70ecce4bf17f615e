#include "base/canonical.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace holdfast {
namespace {

TEST(Canonical, IntegersAreBigEndianAndBytesCarryTheirLength) {
  CanonicalWriter w;
  w.U8(1).U16(0x0203).U32(0x04050607).U64(0x08090a0b0c0d0e0f).I64(-1).Bytes("ab").Raw("cd");
  EXPECT_EQ(absl::BytesToHexString(w.str()),
            "0102030405060708090a0b0c0d0e0fffffffffffffffff0000000261626364");
}

TEST(Canonical, ReadsBackWhatWasWritten) {
  CanonicalWriter w;
  w.U8(9).U16(65535).U32(1).U64(UINT64_MAX).I64(INT64_MIN).Bytes("").Bytes("xyz");
  CanonicalReader r(w.str());
  EXPECT_EQ(r.U8(), 9);
  EXPECT_EQ(r.U16(), 65535);
  EXPECT_EQ(r.U32(), 1u);
  EXPECT_EQ(r.U64(), UINT64_MAX);
  EXPECT_EQ(r.I64(), INT64_MIN);
  EXPECT_EQ(r.Bytes(), "");
  EXPECT_EQ(r.Bytes(), "xyz");
  EXPECT_TRUE(r.Done().ok());
}

TEST(Canonical, AShortReadIsAnErrorAndNeverReadsBeyond) {
  CanonicalWriter w;
  w.Bytes("hello");
  for (size_t cut = 0; cut < w.str().size(); ++cut) {
    CanonicalReader r(absl::string_view(w.str()).substr(0, cut));
    EXPECT_TRUE(r.Bytes().empty());
    EXPECT_EQ(r.U64(), 0u);
    EXPECT_FALSE(r.Done().ok());
  }
}

TEST(Canonical, TrailingBytesAreAnError) {
  CanonicalReader r(absl::string_view("\x01\x02", 2));
  r.U8();
  EXPECT_FALSE(r.Done().ok());
}

}  // namespace
}  // namespace holdfast

#include "base/crypto/passcode.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace holdfast::crypto {
namespace {

TEST(Passcode, OnlyTheSameOneIsGood) {
  SeededRandom random(1);
  const auto hash = HashPasscode("open sesame", random);
  ASSERT_TRUE(hash.ok());
  EXPECT_TRUE(VerifyPasscode(*hash, "open sesame").ok());
  for (absl::string_view wrong : {"", "open", "Open sesame", "open sesame "}) {
    EXPECT_EQ(VerifyPasscode(*hash, wrong).code(), absl::StatusCode::kPermissionDenied) << wrong;
  }
}

TEST(Passcode, IsSalted) {
  SeededRandom random(1);
  EXPECT_NE(*HashPasscode("x", random), *HashPasscode("x", random));
}

TEST(Passcode, WhatIsNoHashOrCostsTooMuchIsRefused) {
  SeededRandom random(1);
  const std::string hash = *HashPasscode("x", random);
  for (std::string wrong : {std::string(), std::string("x"), "scrypt:30" + hash.substr(9),
                            "scrypt:1" + hash.substr(9), hash + ":1", hash.substr(0, hash.size() - 8)}) {
    EXPECT_EQ(VerifyPasscode(wrong, "x").code(), absl::StatusCode::kInvalidArgument) << wrong;
  }
}

// RFC 4231, case 2.
TEST(Hmac, IsThatOfTheStandard) {
  EXPECT_EQ(absl::BytesToHexString(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace holdfast::crypto

#include "profiles/macho/signing_certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/profiles/signing_certificate.h"

namespace holdfast::profiles {
namespace {

using ::testing::HasSubstr;

SigningCertificate Read(const std::string& cms) {
  const auto read = ReadSigningCertificate(cms, "x");
  EXPECT_TRUE(read.ok()) << read.status();
  return read.value_or(SigningCertificate{});
}

TEST(SigningCertificate, NameAndAuthority) {
  const std::string name = "Developer ID Application: Example (ABCDE12345)";
  EXPECT_EQ(Read(SignedMessage(name, kDeveloperIdMark)), (SigningCertificate{name, Authority::kDeveloperId}));
}

TEST(SigningCertificate, EachMark) {
  EXPECT_EQ(Read(SignedMessage("x", kAppStoreMark)).authority, Authority::kAppStore);
  EXPECT_EQ(Read(SignedMessage("x", kDevelopmentMark)).authority, Authority::kDevelopment);
  EXPECT_EQ(Read(SignedMessage("x", "1.2.840.113635.100.6.1.2")).authority, Authority::kDevelopment);
  EXPECT_EQ(Read(SignedMessage("x", "")).authority, Authority::kUnknown);
}

TEST(SigningCertificate, WhatIsNoMessageIsRefused) {
  for (const std::string& bytes : {std::string("cms"), std::string(), std::string("\x30\x03\x02\x01\x01")}) {
    EXPECT_THAT(ReadSigningCertificate(bytes, "x").status().message(), HasSubstr("no CMS message"));
  }
}

TEST(SigningCertificate, AMessageWithoutCertificatesIsRefused) {
  EXPECT_THAT(ReadSigningCertificate(SignedMessage("x", "", false), "x").status().message(),
              HasSubstr("signer's certificate"));
}

}  // namespace
}  // namespace holdfast::profiles

#include "profiles/signature/sign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "profiles/signature/unwrap.h"
#include "tests/profiles/signature/pem_identity.h"

namespace holdfast::profiles {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kContent[] = "<plist><dict/></plist>\r\n";

std::string WhyNot(const SigningIdentity& identity) {
  return std::string(Sign(kContent, identity).status().message());
}

TEST(Sign, WhatIsSignedComesOutOfTheMessage) {
  const PemIdentity signer = MakePemIdentity("Example Signer");
  const auto der = Sign(kContent, {signer.certificate, signer.key, ""});
  ASSERT_TRUE(der.ok()) << der.status();
  EXPECT_THAT(*der, StartsWith("\x30"));
  const auto unwrapped = Unwrap(*der, "signed");
  ASSERT_TRUE(unwrapped.ok()) << unwrapped.status();
  EXPECT_TRUE(unwrapped->is_signed);
  EXPECT_TRUE(unwrapped->intact);
  EXPECT_EQ(unwrapped->content, kContent);
  EXPECT_EQ(unwrapped->signer, "Example Signer");
}

TEST(Sign, TheIssuersComeAlong) {
  const PemIdentity signer = MakePemIdentity("Example Signer"), one = MakePemIdentity("First Issuer"),
                    two = MakePemIdentity("Second Issuer");
  const auto der = Sign(kContent, {signer.certificate, signer.key, one.certificate + two.certificate});
  ASSERT_TRUE(der.ok()) << der.status();
  EXPECT_THAT(*der, HasSubstr("First Issuer"));
  EXPECT_THAT(*der, HasSubstr("Second Issuer"));
  EXPECT_EQ(Unwrap(*der, "signed")->signer, "Example Signer");
}

TEST(Sign, AnotherCertificatesKeyIsRefused) {
  const PemIdentity signer = MakePemIdentity("Example Signer"), other = MakePemIdentity("Other");
  EXPECT_THAT(WhyNot({signer.certificate, other.key, ""}), HasSubstr("not that of the certificate"));
}

TEST(Sign, WhatCannotBeReadIsNamed) {
  const PemIdentity signer = MakePemIdentity("Example Signer");
  EXPECT_THAT(WhyNot({"none", signer.key, ""}), HasSubstr("the certificate is none in PEM"));
  EXPECT_THAT(WhyNot({signer.certificate, "none", ""}), HasSubstr("the key is no private key in PEM"));
  EXPECT_THAT(WhyNot({signer.certificate, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAA==\n", ""}),
              HasSubstr("the key is encrypted"));
  EXPECT_THAT(WhyNot({signer.certificate, signer.key, "none"}), HasSubstr("the chain holds no certificate"));
}

}  // namespace
}  // namespace holdfast::profiles

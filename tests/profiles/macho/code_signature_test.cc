#include "profiles/macho/code_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/profiles/der.h"
#include "tests/profiles/mach_o.h"
#include "tests/profiles/requirements.h"
#include "tests/profiles/signing_certificate.h"

namespace holdfast::profiles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kNetworkExtension[] = "com.apple.developer.networking.networkextension";

std::string Xml(const std::string& dict) {
  return "<?xml version=\"1.0\"?><plist version=\"1.0\"><dict>" + dict + "</dict></plist>";
}

// The only signature of a program that is signed so; an empty one when it cannot be read.
CodeSignature Only(const SignedAs& as) {
  const auto read = ReadCodeSignatures(Program(as), "x");
  EXPECT_TRUE(read.ok()) << read.status();
  return read.ok() ? read->front() : CodeSignature{};
}

std::string WhyNot(const std::string& bytes) {
  const auto read = ReadCodeSignatures(bytes, "holdfastd");
  return read.ok() ? "" : std::string(read.status().message());
}

TEST(CodeSignatureReader, ATeamsSignature) {
  const CodeSignature read = Only({});
  EXPECT_EQ(read.architecture, "arm64");
  EXPECT_EQ(read.identifier, "io.holdfast.holdfastd");
  EXPECT_EQ(read.team_id, "ABCDE12345");
  EXPECT_FALSE(read.ad_hoc);
  EXPECT_TRUE(read.hardened_runtime);
  EXPECT_TRUE(read.has_certificate);
}

TEST(CodeSignatureReader, AnAdHocSignatureHasNoTeam) {
  const CodeSignature read = Only(AdHoc());
  EXPECT_EQ(read.team_id, "");
  EXPECT_TRUE(read.ad_hoc);
  EXPECT_FALSE(read.has_certificate);
  EXPECT_THAT(read.problems, IsEmpty());
}

TEST(CodeSignatureReader, AnEmptyWrapperIsNoCertificate) {
  const auto read =
      ReadCodeSignatures(Thin(SuperBlob({{0, CodeDirectory({})}, {0x10000, Wrapper("")}})), "x");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(read->front().has_certificate);
}

TEST(CodeSignatureReader, EachArchitectureOfAUniversalProgram) {
  const auto read = ReadCodeSignatures(Universal({Program({}, kX8664), Program(AdHoc())}), "holdfastd");
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].architecture, "x86_64");
  EXPECT_EQ((*read)[0].team_id, "ABCDE12345");
  EXPECT_EQ((*read)[1].architecture, "arm64");
  EXPECT_TRUE((*read)[1].ad_hoc);
}

TEST(CodeSignatureReader, AnUnsignedArchitectureIsNamed) {
  const auto read = ReadCodeSignatures(Universal({Program({}, kX8664), Thin("")}), "holdfastd");
  EXPECT_TRUE(absl::IsNotFound(read.status()));
  EXPECT_EQ(read.status().message(), "holdfastd (arm64) is not signed at all");
}

TEST(CodeSignatureReader, WhatIsNoProgramIsRefused) {
  EXPECT_THAT(WhyNot(""), HasSubstr("too short"));
  EXPECT_THAT(WhyNot("#!/bin/sh\nexit 0\n"), HasSubstr("no Mach-O file"));
  EXPECT_THAT(WhyNot(Big(0xCAFEBABE) + Big(52) + std::string(64, 'x')), HasSubstr("no Mach-O file"));  // Java
}

TEST(CodeSignatureReader, DirectoriesThatContradictEachOtherAreRefused) {
  SignedAs other;
  other.team = "ZZZZZ99999";
  const std::string program =
      Thin(SuperBlob({{0, CodeDirectory({})}, {0x1000, CodeDirectory(other)}, {0x10000, Wrapper("cms")}}));
  EXPECT_THAT(WhyNot(program), HasSubstr("contradict each other"));
}

TEST(CodeSignatureReader, AnIdentifierThatCannotBeQuotedIsRefused) {
  SignedAs as;
  as.identifier = "x\" or true";
  EXPECT_THAT(WhyNot(Program(as)), HasSubstr("identifier is not readable"));
}

TEST(CodeSignatureReader, TheHashOfTheStrongestDirectory) {
  const CodeSignature one = Only({});
  EXPECT_EQ(one.cd_hash.size(), 40U);
  std::string weak = CodeDirectory({});
  weak[37] = 1;  // SHA-1
  const auto both = ReadCodeSignatures(Thin(SuperBlob({{0, weak}, {0x1000, CodeDirectory({})}})), "x");
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(both->front().cd_hash, one.cd_hash);
  const auto reversed = ReadCodeSignatures(Thin(SuperBlob({{0, CodeDirectory({})}, {0x1000, weak}})), "x");
  ASSERT_TRUE(reversed.ok()) << reversed.status();
  EXPECT_EQ(reversed->front().cd_hash, one.cd_hash);
}

TEST(CodeSignatureReader, EntitlementsInBothForms) {
  const CodeSignature read =
      Only({.entitlements = Xml("<key>z</key><true/><key>" + std::string(kNetworkExtension) +
                                "</key><array><string>dns-proxy</string></array>"),
            .der_entitlements =
                DerEntitlements({{kNetworkExtension, DerArray({DerText("dns-proxy")})}, {"z", DerTrue()}})});
  ASSERT_TRUE(read.entitlements && read.der_entitlements);
  EXPECT_EQ(*read.entitlements, *read.der_entitlements);
  EXPECT_THAT(*read.entitlements->Find(kNetworkExtension)->As<plist::Array>(),
              ElementsAre(plist::Value(std::string("dns-proxy"))));
}

TEST(CodeSignatureReader, TheDerFormCounts) {
  const CodeSignature read = Only(
      {.entitlements = Xml("<key>a</key><true/>"), .der_entitlements = DerEntitlements({{"b", DerTrue()}})});
  EXPECT_NE(*read.entitlements, *read.der_entitlements);
  EXPECT_NE(EntitlementsOf(read)->Find("b"), nullptr);
  EXPECT_EQ(EntitlementsOf(Only({})), nullptr);
}

TEST(CodeSignatureReader, TheDesignatedRequirementThatItCarries) {
  const CodeSignature read = Only({.requirement = IdentifierIs("a")});
  ASSERT_TRUE(read.requirement);
  EXPECT_EQ(read.requirement->text, "identifier \"a\"");
  EXPECT_FALSE(Only({}).requirement);
}

TEST(CodeSignatureReader, TheCertificateOfTheSigner) {
  const CodeSignature read = Only({.cms = SignedMessage("Developer ID Application: X", kDeveloperIdMark)});
  ASSERT_TRUE(read.certificate);
  EXPECT_EQ(read.certificate->authority, Authority::kDeveloperId);
  EXPECT_THAT(read.problems, IsEmpty());
}

TEST(CodeSignatureReader, WhatCannotBeReadBesideTheDirectoriesIsTold) {
  const CodeSignature read =
      Only({.cms = "cms", .entitlements = "<plist>", .der_entitlements = "x", .requirement = "x"});
  EXPECT_EQ(read.team_id, "ABCDE12345");
  EXPECT_THAT(read.problems, ElementsAre(HasSubstr("code requirement"), HasSubstr("the entitlements of x"),
                                         HasSubstr("DER entitlements"), HasSubstr("CMS")));
}

// Every length in a program may lie; none is followed outside.
TEST(CodeSignatureReader, AProgramThatIsCutOffAnywhereIsRefused) {
  const std::string whole = Universal({Program({}, kX8664), Program()});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ReadCodeSignatures(absl::string_view(whole).substr(0, size), "x").ok()) << size;
  }
}

}  // namespace
}  // namespace holdfast::profiles

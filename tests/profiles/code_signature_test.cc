#include "profiles/macho/code_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/profiles/mach_o.h"

namespace holdfast::profiles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string WhyNot(const std::string& bytes) {
  const auto read = ReadCodeSignatures(bytes, "holdfastd");
  return read.ok() ? "" : std::string(read.status().message());
}

TEST(CodeSignatureReader, ATeamsSignature) {
  const auto read = ReadCodeSignatures(Program(), "holdfastd");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(*read,
              ElementsAre(CodeSignature{"arm64", "io.holdfast.holdfastd", "ABCDE12345", false, true, true}));
}

TEST(CodeSignatureReader, AnAdHocSignatureHasNoTeam) {
  const auto read = ReadCodeSignatures(Program(AdHoc()), "holdfastd");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(*read, ElementsAre(CodeSignature{"arm64", "io.holdfast.holdfastd", "", true, true, false}));
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

// Every length in a program may lie; none is followed outside.
TEST(CodeSignatureReader, AProgramThatIsCutOffAnywhereIsRefused) {
  const std::string whole = Universal({Program({}, kX8664), Program()});
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ReadCodeSignatures(absl::string_view(whole).substr(0, size), "x").ok()) << size;
  }
}

}  // namespace
}  // namespace holdfast::profiles

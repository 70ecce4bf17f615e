#include "profiles/macho/requirement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "tests/profiles/requirements.h"

namespace holdfast::profiles {
namespace {

using ::testing::HasSubstr;

std::string Text(const std::string& expression) {
  const auto read = ReadRequirement(RequirementBlob(expression), "x");
  EXPECT_TRUE(read.ok()) << read.status();
  if (!read.ok()) return "";
  EXPECT_TRUE(read->complete) << read->text;
  return read->text;
}

std::string WhyNot(const std::string& blob) {
  const auto read = ReadRequirement(blob, "x");
  return read.ok() ? "" : std::string(read.status().message());
}

TEST(RequirementReader, DeveloperIdCode) {
  const std::string text = Text(DeveloperId("com.example.vpn", "ABCDE12345"));
  EXPECT_EQ(
      text,
      "identifier \"com.example.vpn\" and anchor apple generic and certificate "
      "1[field.1.2.840.113635.100.6.2.6] /* exists */ and certificate leaf[field.1.2.840.113635.100.6.1.13] "
      "/* exists */ and certificate leaf[subject.OU] = \"ABCDE12345\"");
  EXPECT_EQ(DeveloperIdRequirement("com.example.vpn", "ABCDE12345"),
            absl::StrReplaceAll(text, {{" /* exists */", ""}}));
}

TEST(RequirementReader, ParenthesesWhereTheyAreNeeded) {
  const std::string a = IdentifierIs("a"), b = IdentifierIs("b"), c = IdentifierIs("c");
  EXPECT_EQ(Text(Both(Either(a, b), c)), R"((identifier "a" or identifier "b") and identifier "c")");
  EXPECT_EQ(Text(Either(Both(a, b), c)), R"(identifier "a" and identifier "b" or identifier "c")");
  EXPECT_EQ(Text(Not(Both(a, b))), R"(! (identifier "a" and identifier "b"))");
  EXPECT_EQ(Text(Not(a)), R"(! identifier "a")");
}

TEST(RequirementReader, EveryTerm) {
  EXPECT_EQ(Text(Big(0)), "never");
  EXPECT_EQ(Text(Big(1)), "always");
  EXPECT_EQ(Text(Big(3)), "anchor apple");
  EXPECT_EQ(Text(Big(4) + Big(0xFFFFFFFF) + Operand("\x01\xAB")), R"(certificate root = H"01ab")");
  EXPECT_EQ(Text(Big(5) + Operand("Key") + Operand("v")), R"(info["Key"] = "v")");
  EXPECT_EQ(Text(Big(8) + Operand("\xFF\x10")), R"(cdhash H"ff10")");
  EXPECT_EQ(Text(Big(10) + Operand("Key") + Big(8) + Operand("2")), R"(info["Key"] >= "2")");
  EXPECT_EQ(Text(Big(12) + Big(0)), "certificate leaf trusted");
  EXPECT_EQ(Text(Big(13)), "anchor trusted");
  EXPECT_EQ(Text(Big(16) + Operand("get-task-allow") + Big(14)), R"(entitlement["get-task-allow"] absent)");
  EXPECT_EQ(Text(Big(17) + Big(1) + Operand("\x2a\x03") + Big(0)),
            "certificate 1[policy.1.2.3] /* exists */");
  EXPECT_EQ(Text(Big(18) + Operand("n")), R"(anchor apple "n")");
  EXPECT_EQ(Text(Big(19) + Operand("n")), R"(("n"))");
  EXPECT_EQ(Text(Big(20) + Big(1)), "platform = 1");
  EXPECT_EQ(Text(Big(21)), "notarized");
  EXPECT_EQ(Text(Big(23)), "legacy");
}

TEST(RequirementReader, EveryComparison) {
  const auto compared = [](uint32_t match) {
    return Text(Big(10) + Operand("k") + Big(match) + Operand("v"));
  };
  EXPECT_EQ(compared(1), R"(info["k"] = "v")");
  EXPECT_EQ(compared(2), R"(info["k"] ~ "v")");
  EXPECT_EQ(compared(3), R"(info["k"] = "v"*)");
  EXPECT_EQ(compared(4), R"(info["k"] = *"v")");
  EXPECT_EQ(compared(5), R"(info["k"] < "v")");
  EXPECT_EQ(compared(6), R"(info["k"] > "v")");
  EXPECT_EQ(compared(7), R"(info["k"] <= "v")");
}

TEST(RequirementReader, TextsCannotLeaveTheirQuotes) {
  EXPECT_EQ(Text(IdentifierIs("a\" or \"b")), R"(identifier "a\" or \"b")");
  EXPECT_EQ(Text(IdentifierIs("a\nb")), "identifier 0x610a62");
  EXPECT_EQ(Text(CertificateFieldIs(0, "x] or [y", "v")), R"(certificate leaf["x] or [y"] = "v")");
}

TEST(RequirementReader, UnknownOperationsAreToldAndNothingAfterThemIsGuessed) {
  const auto read = ReadRequirement(RequirementBlob(Both(IdentifierIs("a"), Both(Big(77), Big(1)))), "x");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_FALSE(read->complete);
  EXPECT_EQ(read->text, R"(identifier "a" and (unknown operation 77) and ...)");
  const auto form = ReadRequirement(Blob(0xFADE0C00, Big(2) + "x"), "x");
  ASSERT_TRUE(form.ok()) << form.status();
  EXPECT_FALSE(form->complete);
}

TEST(RequirementReader, OperationsThatMayBePassedOverAre) {
  EXPECT_EQ(Text(Big(0x40000063) + Operand("news") + Big(13)), "anchor trusted");
  EXPECT_EQ(Text(Big(0x80000063) + Operand("news")), "never");
}

TEST(RequirementReader, TheDesignatedOneOfASet) {
  const auto read = ReadDesignatedRequirement(RequirementSet(IdentifierIs("a")), "x");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->text, "identifier \"a\"");
  EXPECT_TRUE(absl::IsNotFound(ReadDesignatedRequirement(IndexedBlob(0xFADE0C01, {}), "x").status()));
  EXPECT_TRUE(absl::IsNotFound(
      ReadDesignatedRequirement(IndexedBlob(0xFADE0C01, {{1, RequirementBlob(Big(1))}}), "x").status()));
}

TEST(RequirementReader, WhatIsNoneIsRefused) {
  EXPECT_THAT(WhyNot(""), HasSubstr("it is none"));
  EXPECT_THAT(WhyNot(RequirementBlob(Big(1)) + "x"), HasSubstr("length"));
  EXPECT_THAT(WhyNot(RequirementBlob(Big(1) + Big(1))), HasSubstr("bytes follow"));
  EXPECT_THAT(WhyNot(RequirementBlob(Big(2) + Big(1000) + "x")), HasSubstr("cut off"));
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += Big(9);
  EXPECT_THAT(WhyNot(RequirementBlob(deep + Big(1))), HasSubstr("nested"));
}

TEST(RequirementReader, CutOffAnywhereIsRefused) {
  const std::string whole = DeveloperId("com.example.vpn", "ABCDE12345");
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(WhyNot(RequirementBlob(whole.substr(0, size))), "") << size;
  }
}

}  // namespace
}  // namespace holdfast::profiles

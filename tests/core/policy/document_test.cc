#include "core/policy/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

DocumentValue Only(absl::string_view scalar) {
  absl::StatusOr<Document> document = ParseDocument(absl::StrCat("key: ", scalar), "t");
  EXPECT_TRUE(document.ok()) << document.status();
  return document->root.AsMap()->at(0).value;
}

std::string ErrorOf(absl::string_view text) {
  absl::StatusOr<Document> document = ParseDocument(text, "policy.yaml");
  EXPECT_EQ(document.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(document.status().message());
}

TEST(Document, TypesPlainWords) {
  EXPECT_TRUE(Only("").IsNull());
  EXPECT_TRUE(Only("~").IsNull());
  EXPECT_TRUE(Only("null").IsNull());
  EXPECT_EQ(std::get<bool>(Only("true").data), true);
  EXPECT_EQ(std::get<bool>(Only("False").data), false);
  EXPECT_EQ(std::get<int64_t>(Only("-42").data), -42);
  EXPECT_EQ(std::get<int64_t>(Only("0").data), 0);
  EXPECT_EQ(std::get<double>(Only("0.5").data), 0.5);
  EXPECT_EQ(std::get<double>(Only("1e3").data), 1000);
}

TEST(Document, WhatReadersDisagreeAboutStaysText) {
  for (std::string text : {"yes", "no", "on", "off", "y", "0x10", "0o17", "017", ".inf", ".nan", "1_000",
                           "1.2.3", "2026-11-21", "30s"}) {
    EXPECT_EQ(std::get<std::string>(Only(text).data), text);
  }
}

TEST(Document, QuotedWordsAreText) {
  EXPECT_EQ(std::get<std::string>(Only("\"true\"").data), "true");
  EXPECT_EQ(std::get<std::string>(Only("'12'").data), "12");
  EXPECT_EQ(std::get<std::string>(Only("\"\"").data), "");
}

TEST(Document, KeepsOrderAndPlaces) {
  absl::StatusOr<Document> document = ParseDocument("b: 1\na:\n  - x\n  - y: 2\n", "policy.yaml");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->source, "policy.yaml");
  const DocumentValue::Map& map = *document->root.AsMap();
  ASSERT_EQ(map.size(), 2u);
  EXPECT_EQ(map[0].key, "b");
  EXPECT_EQ(map[1].at, (Position{2, 1}));
  const DocumentValue::List& list = *map[1].value.AsList();
  EXPECT_EQ(list[0].at, (Position{3, 5}));
  EXPECT_EQ(list[1].AsMap()->at(0).value.at, (Position{4, 8}));
}

TEST(Document, ReadsJson) {
  absl::StatusOr<Document> document = ParseDocument(
      "{\n\t\"a\": [1, true, null, \"caf\\u00e9\"],\n\t\"b\": {\"c\": 0.5}\n}\n", "policy.json");
  ASSERT_TRUE(document.ok()) << document.status();
  const DocumentValue::List& list = *document->root.AsMap()->at(0).value.AsList();
  EXPECT_EQ(std::get<int64_t>(list[0].data), 1);
  EXPECT_TRUE(list[2].IsNull());
  EXPECT_EQ(std::get<std::string>(list[3].data), "café");
}

TEST(Document, RefusesAKeyTwiceInOneMap) {
  EXPECT_EQ(ErrorOf("a: 1\nb: 2\na: 3\n"), "policy.yaml:3: \"a\" is written twice in one map");
  EXPECT_TRUE(ParseDocument("a: {x: 1}\nb: {x: 1}\n", "t").ok());
}

TEST(Document, RefusesAnchorsAliasesAndTags) {
  EXPECT_THAT(ErrorOf("a: &x [1]\nb: 2\n"), StartsWith("policy.yaml:1: an anchor (&name) is not accepted"));
  EXPECT_THAT(ErrorOf("a: 1\nb: !!str 2\n"), StartsWith("policy.yaml:2: a tag (!name) is not accepted"));
  EXPECT_THAT(ErrorOf("a: !include x\n"), HasSubstr("a tag (!name) is not accepted"));
  EXPECT_THAT(ErrorOf("a: *x\n"), StartsWith("policy.yaml:1: "));
}

TEST(Document, RefusesTheBillionLaughs) {
  std::string text = "a0: &a0 lol\n";
  for (int i = 1; i < 20; ++i) {
    absl::StrAppend(&text, "a", i, ": &a", i, " [*a", i - 1, ", *a", i - 1, ", *a", i - 1, "]\n");
  }
  EXPECT_THAT(ErrorOf(text), HasSubstr("anchor"));
}

TEST(Document, RefusesASecondDocument) {
  EXPECT_EQ(ErrorOf("a: 1\n---\nb: 2\n"), "policy.yaml:2: a second document begins here; write one document");
}

TEST(Document, EscapesThatGiveNoUtf8AreRefused) {
  EXPECT_THAT(ErrorOf("a: 1\nb: \"x\\N\"\n"), HasSubstr("policy.yaml:2: an escape (\\N or \\_)"));
  EXPECT_THAT(ErrorOf("\"\\_\": 1\n"), HasSubstr("an escape"));
}

TEST(Document, RefusesWhatIsEmpty) {
  EXPECT_THAT(ErrorOf(""), StartsWith("policy.yaml: it is empty"));
  EXPECT_THAT(ErrorOf("# only a comment\n"), StartsWith("policy.yaml: it is empty"));
}

TEST(Document, NamesTheLineOfASyntaxError) {
  EXPECT_THAT(ErrorOf("a: 1\nb: [1, 2\n"), HasSubstr("it is neither YAML nor JSON"));
  EXPECT_THAT(ErrorOf("a: 1\n  b: 2\n"), StartsWith("policy.yaml:2: it is neither YAML nor JSON"));
}

TEST(Document, RefusesKeysThatAreNotWords) {
  EXPECT_THAT(ErrorOf("? [a]\n: 1\n"), HasSubstr("a key must be one word"));
  EXPECT_THAT(ErrorOf("{~: 1}\n"), HasSubstr("a key is empty"));
}

TEST(Document, AcceptsTheGreatestDepthAndNoMore) {
  const auto nested = [](int depth) {
    return absl::StrCat(std::string(static_cast<size_t>(depth), '['),
                        std::string(static_cast<size_t>(depth), ']'));
  };
  EXPECT_TRUE(ParseDocument(nested(kMaxDocumentDepth), "t").ok());
  EXPECT_THAT(ErrorOf(nested(kMaxDocumentDepth + 1)), HasSubstr("nested more than 32 deep"));
  EXPECT_THAT(ErrorOf(std::string(100000, '[')), StartsWith("policy.yaml:1: "));
}

TEST(Document, BoundsValuesAndBytes) {
  std::string many = "[";
  for (size_t i = 0; i <= kMaxDocumentValues; ++i) many += "1,";
  EXPECT_THAT(ErrorOf(many + "1]"), HasSubstr("there are more than 50000 values"));
  EXPECT_THAT(ErrorOf(std::string(kMaxDocumentBytes + 1, ' ')), HasSubstr("1048577 bytes; at most"));
}

TEST(Document, RefusesWhatIsNotUtf8) {
  for (absl::string_view text : {"a: \xff", "a: \xc0\xaf", "a: \xed\xa0\x80", "a: \xf4\x90\x80\x80",
                                 "a: \xe2\x82", "\xfe\xff\0a", "a: \x80"}) {
    EXPECT_THAT(ErrorOf(text), HasSubstr("it is not UTF-8 text"));
  }
  EXPECT_THAT(ErrorOf(absl::string_view("a\0\0\0:\0\0\0", 8)), HasSubstr("it is not UTF-8 text"));
  EXPECT_TRUE(IsValidUtf8("aé€😀\xef\xbf\xbf\xf4\x8f\xbf\xbf"));
}

TEST(Document, DescribesValuesForMessages) {
  EXPECT_EQ(Describe(Only("soon")), "\"soon\"");
  EXPECT_EQ(Describe(Only("\"a\\nb\"")), "\"a\\nb\"");
  EXPECT_EQ(Describe(Only("[1]")), "a list");
  EXPECT_EQ(Describe(Only("{}")), "a map");
  EXPECT_EQ(Describe(Only("12")), "12");
  EXPECT_EQ(Describe(Only("")), "nothing");
  EXPECT_EQ(Describe(Only(std::string(500, 'x'))), absl::StrCat("\"", std::string(80, 'x'), "...\""));
}

}  // namespace
}  // namespace holdfast

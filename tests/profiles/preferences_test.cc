#include "profiles/preferences/preferences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "core/policy/explain.h"
#include "core/policy/parse.h"
#include "core/policy/schema.h"
#include "tests/core/policy/key_cases.h"

namespace holdfast::profiles {
namespace {

using ::testing::HasSubstr;

std::string Plist(absl::string_view body) {
  return absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">", body,
                      "</plist>");
}

// A document's value as a property list says it; durations in seconds.
std::string Element(const DocumentValue& value, const std::string& path);

std::string Dict(const DocumentValue::Map& map, const std::string& prefix) {
  std::string out = "<dict>";
  for (const DocumentEntry& entry : map) {
    absl::StrAppend(&out, "<key>", entry.key, "</key>", Element(entry.value, prefix + entry.key));
  }
  return out + "</dict>";
}

std::string Seconds(const std::string& text) {
  absl::Duration duration;
  EXPECT_TRUE(absl::ParseDuration(text, &duration)) << text;
  if (duration % absl::Seconds(1) == absl::ZeroDuration()) {
    return absl::StrCat("<integer>", absl::ToInt64Seconds(duration), "</integer>");
  }
  return absl::StrCat("<real>", absl::ToDoubleSeconds(duration), "</real>");
}

std::string Element(const DocumentValue& value, const std::string& path) {
  const SchemaKey* key = FindKey(path);
  if (const auto* text = std::get_if<std::string>(&value.data)) {
    if (key != nullptr && key->type == KeyType::kDuration) return Seconds(*text);
    return absl::StrCat("<string>", *text, "</string>");
  }
  if (const auto* flag = std::get_if<bool>(&value.data)) return *flag ? "<true/>" : "<false/>";
  if (const auto* number = std::get_if<int64_t>(&value.data)) {
    return absl::StrCat("<integer>", *number, "</integer>");
  }
  if (const auto* real = std::get_if<double>(&value.data)) return absl::StrCat("<real>", *real, "</real>");
  if (const auto* map = value.AsMap()) return Dict(*map, path + ".");
  std::string out = "<array>";
  for (const DocumentValue& item : *value.AsList()) out += Element(item, path + "[]");
  return out + "</array>";
}

class PreferencesKey : public ::testing::TestWithParam<KeyCase> {};

TEST_P(PreferencesKey, MeansWhatTheYamlMeans) {
  const std::string yaml = DocumentWith(GetParam().path, GetParam().accepted, /*pascal=*/true);
  const absl::StatusOr<ParsedPolicy> wanted = ParsePolicy(yaml, "policy");
  ASSERT_TRUE(wanted.ok()) << wanted.status();
  const std::string text = Plist(Element(wanted->document.root, ""));
  absl::StatusOr<Document> document = ReadPolicyDocument(text, "policy");
  ASSERT_TRUE(document.ok()) << text << document.status();
  const auto parsed = ResolvePolicy({{*std::move(document), PolicySource::kManagedDevice, "policy"}});
  ASSERT_TRUE(parsed.ok()) << text << parsed.status();
  EXPECT_EQ(ExplainPolicy(*parsed), ExplainPolicy(*wanted)) << text;
  EXPECT_THAT(parsed->warnings, ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(All, PreferencesKey, ::testing::ValuesIn(kKeyCases), [](const auto& tried) {
  return absl::StrReplaceAll(tried.param.path, {{"[]", ""}, {".", "_"}});
});

TEST(Preferences, AConfigurationProfilesPayloadIsThePolicy) {
  const std::string text = Plist(
      "<dict><key>PayloadType</key><string>Configuration</string><key>PayloadContent</key><array>"
      "<dict><key>PayloadType</key><string>com.example</string></dict>"
      "<dict><key>PayloadType</key><string>io.holdfast.agent</string><key>PayloadVersion</key><integer>1</"
      "integer>"
      "<key>PolicyVersion</key><integer>4</integer><key>EnforcementMode</key><string>enforce</string></dict>"
      "</array></dict>");
  absl::StatusOr<Document> document = ReadPolicyDocument(text, "holdfast.mobileconfig");
  ASSERT_TRUE(document.ok()) << document.status();
  const auto parsed = ResolvePolicy({{*std::move(document), PolicySource::kManagedDevice, "mdm"}});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->policy.version, 4u);
  EXPECT_EQ(parsed->policy.mode, EnforcementMode::kEnforce);
  EXPECT_THAT(parsed->warnings, ::testing::IsEmpty());
}

TEST(Preferences, AProfileOfOthersIsRefused) {
  const std::string text = Plist("<dict><key>PayloadContent</key><array><dict/></array></dict>");
  EXPECT_THAT(std::string(ReadPolicyDocument(text, "x").status().message()), HasSubstr("io.holdfast.agent"));
}

TEST(Preferences, WhatNoPolicyHasIsRefusedWithItsKey) {
  const std::string text =
      Plist("<dict><key>Wake</key><dict><key>Grace</key><data>AAAA</data></dict></dict>");
  EXPECT_EQ(ReadPolicyDocument(text, "x.plist").status().message(),
            "x.plist: Wake.Grace: <data> is nothing that a policy has");
}

TEST(Preferences, ABadValueNamesTheKey) {
  absl::StatusOr<Document> document =
      ReadPolicyDocument(Plist("<dict><key>Wake</key><dict><key>Grace</key><integer>9999</integer></dict>"
                               "<key>PolicyVersion</key><integer>1</integer></dict>"),
                         "x.plist");
  ASSERT_TRUE(document.ok());
  const auto parsed = ResolvePolicy({{*std::move(document), PolicySource::kManagedDevice, "mdm"}});
  EXPECT_EQ(parsed.status().message(),
            "x.plist: wake.grace: \"2h46m39s\" is out of range (between 0s and 1h)");
}

TEST(Preferences, DatesAreUtc) {
  absl::StatusOr<Document> document =
      ReadPolicyDocument(Plist("<dict><key>From</key><date>2026-11-21T22:00:00Z</date></dict>"), "x");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(std::get<std::string>(document->root.AsMap()->front().value.data), "2026-11-21T22:00:00Z");
}

TEST(Preferences, TellsPropertyListsFromText) {
  EXPECT_TRUE(LooksLikePlist("bplist00"));
  EXPECT_TRUE(LooksLikePlist("\n<?xml version='1.0'?>"));
  EXPECT_TRUE(LooksLikePlist("<!DOCTYPE plist"));
  EXPECT_FALSE(LooksLikePlist("policyVersion: 1"));
  EXPECT_FALSE(LooksLikePlist("{\"policyVersion\": 1}"));
}

}  // namespace
}  // namespace holdfast::profiles

#include "profiles/preferences/preferences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "core/policy/explain.h"
#include "core/policy/parse.h"
#include "profiles/plist/write.h"
#include "tests/core/policy/key_cases.h"

namespace holdfast::profiles {
namespace {

using ::testing::HasSubstr;

std::string Plist(absl::string_view body) {
  return absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">", body,
                      "</plist>");
}

class PreferencesKey : public ::testing::TestWithParam<KeyCase> {};

TEST_P(PreferencesKey, MeansWhatTheYamlMeans) {
  const std::string yaml = DocumentWith(GetParam().path, GetParam().accepted, /*pascal=*/true);
  const absl::StatusOr<ParsedPolicy> wanted = ParsePolicy(yaml, "policy");
  ASSERT_TRUE(wanted.ok()) << wanted.status();
  const absl::StatusOr<plist::Dict> written = PolicyPreferences(wanted->document);
  ASSERT_TRUE(written.ok()) << written.status();
  const std::string text = *plist::WriteXml(*written);
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

TEST(Preferences, AreWrittenWithTheTypesOfAPropertyList) {
  const auto document = ParseDocument(
      "policyVersion: 3\nwake: {grace: 1m, ignoreDarkWake: false}\nliveness: {timeout: 500ms, probes: }\n"
      "maintenance: [{name: m, from: 2026-11-21T23:00:00+01:00}]\nfutureKey: 1\n",
      "policy.yaml");
  ASSERT_TRUE(document.ok()) << document.status();
  const auto dict = PolicyPreferences(*document);
  ASSERT_TRUE(dict.ok()) << dict.status();
  const plist::Value root(*dict);
  EXPECT_EQ(*root.Find("PolicyVersion"), plist::Value(int64_t{3}));
  EXPECT_EQ(*root.Find("Wake")->Find("Grace"), plist::Value(int64_t{60}));
  EXPECT_EQ(*root.Find("Wake")->Find("IgnoreDarkWake"), plist::Value(false));
  EXPECT_EQ(*root.Find("Liveness")->Find("Timeout"), plist::Value(0.5));
  EXPECT_EQ(root.Find("Liveness")->Find("Probes"), nullptr);  // written without a value
  EXPECT_EQ(*root.Find("Maintenance")->As<plist::Array>()->front().Find("From"),
            plist::Value(plist::Date{1'795'298'400}));
  EXPECT_EQ(*root.Find("futureKey"), plist::Value(int64_t{1}));  // unknown: as it was written
}

TEST(Preferences, AMomentBetweenTwoSecondsCannotBeWritten) {
  const auto document = ParseDocument("maintenance:\n- from: 2026-11-21T22:00:00.5Z\n", "policy.yaml");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(PolicyPreferences(*document).status().message(),
            "policy.yaml:2: Maintenance[].From: a property list's dates are whole seconds");
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

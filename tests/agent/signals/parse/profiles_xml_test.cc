#include "agent/signals/parse/profiles_xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "profiles/plist/keys.h"

namespace holdfast::parse {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Plist(absl::string_view body) {
  return absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>", body,
                      "</dict>\n</plist>\n");
}

std::string Profile(absl::string_view identifier, absl::string_view payload_type,
                    absl::string_view more = "") {
  return absl::StrCat(
      "<dict><key>ProfileIdentifier</key><string>", identifier,
      "</string><key>ProfileUUID</key><string>U1</string><key>ProfileDisplayName</key><string>Name</string>"
      "<key>ProfileOrganization</key><string>Org</string><key>ProfileDescription</key><string>Text</string>"
      "<key>ProfileType</key><string>Configuration</string><key>ProfileVerificationState</"
      "key><string>verified</string>"
      "<key>ProfileInstallDate</key><string>2023-03-31 01:14:38 +0000</string>",
      more, "<key>ProfileItems</key><array><dict><key>PayloadType</key><string>", payload_type,
      "</string><key>PayloadIdentifier</key><string>p</string><key>PayloadUUID</key><string>PU</string>"
      "<key>PayloadDisplayName</key><string>Payload</string>"
      "<key>PayloadContent</key><dict><key>Password</key><string>hunter2</string></dict></dict></array></"
      "dict>");
}

std::string Level(absl::string_view name, absl::string_view profiles) {
  return absl::StrCat("<key>", name, "</key><array>", profiles, "</array>");
}

TEST(ProfilesXml, EverythingButTheContent) {
  const auto list = ReadProfileList(
      Plist(Level("_computerlevel", Profile("com.example.a", "com.apple.vpn.managed",
                                            "<key>ProfileRemovalDisallowed</key><string>true</string>"))));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_THAT(list->profiles,
              ElementsAre(InstalledProfile{"",
                                           "com.example.a",
                                           "U1",
                                           "Name",
                                           "Org",
                                           "Text",
                                           "Configuration",
                                           "verified",
                                           1'680'225'278,
                                           true,
                                           {{"com.apple.vpn.managed", "p", "PU", "Payload", {}}}}));
  EXPECT_THAT(list->odd, IsEmpty());
}

TEST(ProfilesXml, ATreeIsAProfileWithoutItsSecrets) {
  const std::string list = Plist(
      absl::StrCat(Level("_computerlevel",
                         absl::StrCat(Profile("com.example.a", "com.apple.vpn.managed",
                                              "<key>ProfileRemovalDisallowed</key><string>true</string>"),
                                      Profile("com.example.b", "com.apple.security.pkcs12"))),
                   Level("anna", Profile("com.example.c", "com.apple.dock"))));
  const auto trees = ReadProfileTrees(list);
  ASSERT_TRUE(trees.ok()) << trees.status();
  ASSERT_EQ(trees->size(), 3U);
  const plist::Value& vpn = (*trees)[0];
  EXPECT_EQ(plist::Text(vpn, "PayloadIdentifier"), "com.example.a");
  EXPECT_EQ(plist::Text(vpn, "PayloadScope"), "System");
  EXPECT_EQ(*vpn.Find("PayloadRemovalDisallowed"), plist::Value(true));
  const plist::Value& payload = vpn.Find("PayloadContent")->As<plist::Array>()->front();
  EXPECT_EQ(plist::Text(payload, "PayloadUUID"), "PU");
  EXPECT_EQ(*payload.Find("Password"), plist::Value(plist::Redacted{}));
  const plist::Value& identity = (*trees)[1].Find("PayloadContent")->As<plist::Array>()->front();
  EXPECT_EQ(identity.Find("Password"), nullptr);
  EXPECT_EQ(*identity.Find("PayloadContent"), plist::Value(plist::Redacted{}));
  EXPECT_EQ(plist::Text((*trees)[2], "PayloadScope"), "User");
}

TEST(ProfilesXml, ExtensionsThatNobodyRemoves) {
  const auto profile = [](absl::string_view type, absl::string_view key) {
    return absl::StrCat(
        "<dict><key>ProfileIdentifier</key><string>a</string><key>ProfileItems</key><array><dict>",
        "<key>PayloadType</key><string>", type, "</string><key>PayloadContent</key><dict><key>", key,
        "</key><dict><key>TEAM123456</key><array><string>com.example.", key,
        "</string></array></dict></dict></dict></array></dict>");
  };
  const char policy[] = "com.apple.system-extension-policy";
  const auto list = ReadProfileList(
      Plist(Level("_computerlevel", profile(policy, "NonRemovableSystemExtensions") +
                                        profile(policy, "NonRemovableFromUISystemExtensions") +
                                        profile(policy, "RemovableSystemExtensions") +
                                        profile("other", "NonRemovableSystemExtensions")) +
            Level("anna", profile(policy, "NonRemovableSystemExtensions"))));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_THAT(NotRemovable(*list),
              ElementsAre(TeamAndBundle{"TEAM123456", "com.example.NonRemovableFromUISystemExtensions"},
                          TeamAndBundle{"TEAM123456", "com.example.NonRemovableSystemExtensions"}));
}

TEST(ProfilesXml, UsersHaveTheirOwn) {
  const auto list = ReadProfileList(Plist(Level("_computerlevel", Profile("a", "x")) +
                                          Level("anna", Profile("b", "x") + Profile("c", "x"))));
  ASSERT_TRUE(list.ok());
  ASSERT_EQ(list->profiles.size(), 3u);
  EXPECT_EQ(list->profiles[0].user, "");
  EXPECT_EQ(list->profiles[2].user, "anna");
}

TEST(ProfilesXml, ManagedByEnrolmentOrByWhatMayNotBeRemoved) {
  const auto managed = [](const std::string& body) {
    std::vector<bool> out;
    const auto list = ReadProfileList(Plist(body));
    if (!list.ok()) return out;
    for (const ConfigurationFacts& facts : ConfigurationsOf(*list)) {
      EXPECT_EQ(facts.provenance, Provenance::kProfile);
      out.push_back(facts.managed);
    }
    return out;
  };
  const std::string fixed = "<key>ProfileRemovalDisallowed</key><string>true</string>";
  EXPECT_THAT(managed(Level("_computerlevel", Profile("a", "x"))), ElementsAre(false));
  EXPECT_THAT(managed(Level("_computerlevel", Profile("a", "x", fixed))), ElementsAre(true));
  EXPECT_THAT(managed(Level("_computerlevel", Profile("a", "com.apple.mdm") + Profile("b", "x")) +
                      Level("anna", Profile("c", "x"))),
              ElementsAre(true, true, false));
}

TEST(ProfilesXml, APayloadIsTheDevicesOnlyFromAManagedProfileOfTheMac) {
  const auto managed = [](const std::string& body) {
    return IsManagedForDevice(*ReadProfileList(Plist(body)), "io.holdfast.agent");
  };
  const std::string mdm = Profile("m", "com.apple.mdm"), own = Profile("p", "io.holdfast.agent");
  EXPECT_TRUE(managed(Level("_computerlevel", mdm + own)));
  EXPECT_FALSE(managed(Level("_computerlevel", own)));  // installed by hand
  EXPECT_FALSE(managed(Level("_computerlevel", mdm) + Level("anna", own)));
  EXPECT_FALSE(managed(Level("_computerlevel", mdm + Profile("p", "com.example.other"))));
}

TEST(ProfilesXml, NoneIsAnEmptyDictionary) {
  const auto list = ReadProfileList(Plist(""));
  ASSERT_TRUE(list.ok());
  EXPECT_THAT(list->profiles, IsEmpty());
}

TEST(ProfilesXml, WhatIsNotAProfileIsNamed) {
  const auto list = ReadProfileList(
      Plist(Level("_computerlevel", Profile("a", "x") + "<dict/>") + "<key>new</key><string>x</string>"));
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(list->profiles.size(), 1u);
  ASSERT_EQ(list->odd.size(), 2u);
  EXPECT_THAT(list->odd[0].text, HasSubstr("has no ProfileIdentifier"));
  EXPECT_THAT(list->odd[1].text, HasSubstr("\"new\" is a <string>"));
}

TEST(ProfilesXml, OtherPropertyListsAreRefused) {
  EXPECT_FALSE(ReadProfileList(Plist("<key>PayloadType</key><string>Configuration</string>")).ok());
  EXPECT_FALSE(ReadProfileList("<plist version=\"1.0\"><array/></plist>").ok());
  EXPECT_FALSE(ReadProfileList("hello").ok());
}

}  // namespace
}  // namespace holdfast::parse

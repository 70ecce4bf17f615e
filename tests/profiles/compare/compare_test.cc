#include "profiles/compare/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "profiles/declarations/convert.h"
#include "profiles/plist/plist.h"
#include "tests/profiles/spec/fleet.h"

namespace holdfast::profiles {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string File(size_t file, const Pairs& spec = {}) {
  const auto made = Made(absl::StrReplaceAll(kFleet, spec));
  EXPECT_TRUE(made.ok()) << made.status();
  return made.ok() ? made->files[file].bytes : "";
}

// Two files' worth of text.
Comparison Between(const std::string& a, const std::string& b) {
  const auto left = ReadComparable(a, "a"), right = ReadComparable(b, "b");
  EXPECT_TRUE(left.ok() && right.ok()) << left.status() << right.status();
  return left.ok() && right.ok() ? Compare(*left, *right) : Comparison();
}

// What changing the XML of a file of the fleet does.
Comparison After(size_t file, const Pairs& xml) {
  const std::string before = File(file), after = absl::StrReplaceAll(before, xml);
  EXPECT_NE(before, after);
  return Between(before, after);
}

std::vector<std::string> Codes(const Comparison& comparison) {
  std::vector<std::string> out;
  for (const Effect& effect : comparison.effects) out.push_back(effect.code);
  return out;
}

std::vector<std::string> Paths(const Comparison& comparison) {
  std::vector<std::string> out;
  for (const KeyChange& key : comparison.profile) out.push_back(key.path);
  for (const PayloadChange& payload : comparison.payloads) {
    for (const KeyChange& key : payload.keys) out.push_back(key.path);
  }
  return out;
}

TEST(Compare, AFileIsTheSameAsItself) {
  const Comparison same = Between(File(0), File(0));
  EXPECT_TRUE(same.same());
  EXPECT_THAT(same.same_meaning, IsEmpty());
  EXPECT_THAT(Codes(same), ElementsAre("replaces"));
}

TEST(Compare, AKeyIsNamedWithBothValues) {
  const Comparison changed = Between(File(0), File(0, {{"mtu: 1300", "mtu: 1400"}}));
  ASSERT_THAT(changed.payloads, SizeIs(1));
  EXPECT_EQ(changed.payloads[0].name, "Corporate VPN");
  EXPECT_THAT(changed.payloads[0].keys,
              ElementsAre(KeyChange{ChangeKind::kChanged, "IKEv2.MTU", "1300", "1400", false}));
}

TEST(Compare, ATypeThatChangesIsNamed) {
  const Comparison retyped = After(1, {{"<key>Order</key>\n\t\t\t\t<integer>1</integer>",
                                        "<key>Order</key>\n\t\t\t\t<string>1</string>"}});
  ASSERT_THAT(retyped.payloads, SizeIs(1));
  EXPECT_THAT(retyped.payloads[0].keys, ElementsAre(KeyChange{ChangeKind::kRetyped, "TransparentProxy.Order",
                                                              "1 (<integer>)", "1 (<string>)", false}));
  EXPECT_THAT(retyped.effects, Contains(Field(&Effect::text, HasSubstr("becomes none that counts"))));
}

TEST(Compare, ASecretThatChangesIsTellingNothing) {
  const Comparison changed =
      Between(File(0), absl::StrReplaceAll(File(0), {{"open sesame", "close sesame"}}));
  ASSERT_THAT(changed.payloads, SizeIs(1));
  EXPECT_THAT(changed.payloads[0].keys,
              ElementsAre(KeyChange{ChangeKind::kChanged, "Password", "(not shown)", "(not shown)", true}));
}

TEST(Compare, APayloadThatComesOrGoesIsOne) {
  const Comparison less =
      Between(File(1), File(1, {{"      - kind: dns-proxy\n        app: com.other.app\n"
                                 "        provider: {bundleIdentifier: com.other.app.dns, "
                                 "teamIdentifier: OTHER12345}\n",
                                 ""}}));
  EXPECT_THAT(less.payloads, Contains(AllOf(Field(&PayloadChange::kind, ChangeKind::kRemoved),
                                            Field(&PayloadChange::type, "com.apple.dnsProxy.managed"))));
}

// What an editor makes of a profile that is saved again.
TEST(Compare, NewUuidsMeanTheSameWhereTheyAreOnlyNames) {
  const auto old_uuid = [](const std::string& xml, absl::string_view after) {
    const size_t at = xml.find("<key>PayloadUUID</key>", xml.find(std::string(after)));
    return xml.substr(xml.find("<string>", at) + 8, 36);
  };
  const std::string before = File(0);
  const std::string identity = old_uuid(before, "com.apple.security.pkcs12");
  const Comparison renewed = After(0, {{identity, "11111111-2222-3333-4444-555555555555"}});
  EXPECT_TRUE(renewed.same()) << ::testing::PrintToString(Paths(renewed));
  EXPECT_THAT(renewed.same_meaning, ElementsAre(HasSubstr("1 PayloadUUID")));
  EXPECT_THAT(Codes(renewed), ElementsAre("replaces"));
}

TEST(Compare, ANewUuidOfTheProfileMeansTheSame) {
  const std::string before = File(0);
  const size_t at = before.find("<key>PayloadUUID</key>");
  const std::string old_uuid = before.substr(before.find("<string>", at) + 8, 36);
  const Comparison renewed = After(0, {{old_uuid, "11111111-2222-3333-4444-555555555555"}});
  EXPECT_TRUE(renewed.same());
  EXPECT_THAT(Codes(renewed), ElementsAre("replaces"));
}

TEST(Compare, ANewUuidOfAVpnRecreatesIt) {
  const std::string before = File(1);
  const size_t at = before.find("<key>PayloadUUID</key>", before.find("com.apple.vpn.managed"));
  const std::string old_uuid = before.substr(before.find("<string>", at) + 8, 36);
  const Comparison renewed = After(1, {{old_uuid, "11111111-2222-3333-4444-555555555555"}});
  EXPECT_TRUE(renewed.same());
  EXPECT_THAT(Codes(renewed), ElementsAre("replaces", "vpn-recreated"));
}

TEST(Compare, TheOrderOfKeysSaysNothing) {
  const Comparison moved = After(
      0,
      {{"\t\t\t<key>VPNType</key>\n\t\t\t<string>IKEv2</string>\n", ""},
       {"\t\t\t<key>IKEv2</key>\n",
        "\t\t\t<key>VPNType</key>\n\t\t\t<string>IKEv2</string>\n\t\t\t<key>IKEv2</key>\n"},
       {"\t\t\t<key>UserDefinedName</key>\n\t\t\t<string>Corporate VPN</string>\n", ""},
       {"\t\t\t<key>DNS</key>\n",
        "\t\t\t<key>UserDefinedName</key>\n\t\t\t<string>Corporate VPN</string>\n\t\t\t<key>DNS</key>\n"}});
  EXPECT_TRUE(moved.same());
  EXPECT_THAT(moved.same_meaning, ElementsAre(HasSubstr("the order of keys")));
}

TEST(Compare, AnotherOrderMovesTheProxy) {
  const Comparison moved = Between(File(1), File(1, {{"order: 1\n", "order: 3\n"}}));
  EXPECT_THAT(moved.effects, Contains(AllOf(Field(&Effect::code, "order-changed"),
                                            Field(&Effect::text, HasSubstr("was 1 and becomes 3")))));
}

TEST(Compare, AnotherIdentifierIsASecondProfile) {
  EXPECT_THAT(Codes(Between(File(0), File(0, {{"id: vpn\n", "id: vpn2\n"}}))), Contains("second-profile"));
}

TEST(Compare, AnotherScopeIsTold) {
  const Comparison moved = After(0, {{"<string>System</string>", "<string>User</string>"}});
  EXPECT_THAT(Codes(moved), ElementsAre("scope-changed"));
  EXPECT_THAT(Paths(moved), ElementsAre("PayloadScope"));
}

TEST(Compare, AShorterListOfExtensionsIsTold) {
  const Comparison less =
      Between(File(3), File(3, {{"      - kind: dns-proxy\n        app: com.other.app\n"
                                 "        provider: {bundleIdentifier: com.other.app.dns, "
                                 "teamIdentifier: OTHER12345}\n",
                                 ""}}));
  EXPECT_THAT(less.effects, Contains(AllOf(Field(&Effect::code, "extensions-narrowed"),
                                           Field(&Effect::text, HasSubstr("com.other.app.dns")),
                                           Field(&Effect::known, false))));
}

TEST(Compare, APolicyThatGoesDeactivatesItsExtensions) {
  const std::string before = File(3);
  const size_t last =
      before.rfind("\t\t<dict>\n\t\t\t<key>PayloadType</key>\n\t\t\t<string>com.apple.system-ext");
  const size_t end = before.find("\n\t\t</dict>\n", last) + 11;
  ASSERT_NE(last, std::string::npos);
  const Comparison less = Between(before, before.substr(0, last) + before.substr(end));
  EXPECT_THAT(less.effects,
              Contains(AllOf(Field(&Effect::code, "extensions-narrowed"), Field(&Effect::known, true))));
}

TEST(Compare, ASetInAnotherOrderIsTheSame) {
  const Comparison same = Between(File(0, {{"ssids: [Office]", "ssids: [Office, Lab]"}}),
                                  File(0, {{"ssids: [Office]", "ssids: [Lab, Office]"}}));
  EXPECT_TRUE(same.same());
}

TEST(Compare, RulesKeepTheirOrder) {
  const Comparison changed =
      Between(File(0), File(0, {{"{action: disconnect, ssids", "{action: ignore, ssids"}}));
  EXPECT_THAT(Paths(changed), ElementsAre("IKEv2.OnDemandRules[0].Action"));
}

TEST(Compare, ADeclarationSaysWhatItsProfileSays) {
  const auto profile = ReadComparable(File(0), "a");
  const auto& payloads = *profile->root.Find("PayloadContent")->As<plist::Array>();
  const auto declaration = DeclarationOfPayload(payloads[2], "com.example.mac.vpn.payload.ikev2");
  ASSERT_TRUE(declaration.ok()) << declaration.status();
  const Comparison mixed = Between(File(0), *WriteDeclaration(*declaration));
  EXPECT_THAT(Codes(mixed), ElementsAre("another-form"));
  // Secrets are assets there.
  EXPECT_THAT(Paths(mixed), ElementsAre("IKEv2.PayloadCertificateUUID"));
}

TEST(Compare, PayloadsWithoutIdentifierAndNameAreOfTheirType) {
  const std::string bare =
      "<plist><dict><key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.dock</"
      "string>"
      "</dict></array></dict></plist>";
  EXPECT_TRUE(Between(bare, bare).same());
}

TEST(Compare, OfAProfileThatCallsItselfACertificateNothingIsShown) {
  const std::string odd =
      "<plist><dict><key>PayloadType</key><string>com.apple.security.x</string><key>PayloadContent</"
      "key><array>"
      "<dict><key>PayloadType</key><string>com.apple.dock</string><key>a</key><string>secret "
      "one</string></dict>"
      "</array></dict></plist>";
  const Comparison changed = Between(odd, absl::StrReplaceAll(odd, {{"secret one", "secret two"}}));
  ASSERT_THAT(changed.payloads, SizeIs(1));
  EXPECT_THAT(changed.payloads[0].keys,
              ElementsAre(KeyChange{ChangeKind::kChanged, "", "(not shown)", "(not shown)", true}));
}

TEST(Compare, WhatIsNeitherIsRefused) {
  EXPECT_FALSE(ReadComparable("hello", "x").ok());
  EXPECT_FALSE(ReadComparable("{}", "x").ok());
  EXPECT_FALSE(ReadComparable("<plist><array/></plist>", "x").ok());
}

}  // namespace
}  // namespace holdfast::profiles

#include "profiles/declarations/declaration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "profiles/declarations/convert.h"
#include "profiles/declarations/mapping.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kIkev2[] = R"({
  "Type": "com.apple.configuration.network.vpn.ikev2",
  "Identifier": "com.example.vpn",
  "ServerToken": "7",
  "Payload": {
    "VisibleName": "Corporate \"VPN\"", "HostName": "vpn.example.com",
    "LocalIdentifier": "mac", "RemoteIdentifier": "vpn.example.com",
    "Authentication": {"Method": "Certificate", "IdentityAssetReference": "com.example.identity",
                       "ExtendedAuth": {"Enabled": false}},
    "OnDemand": {"Enabled": true, "Rules": [{"Action": "Connect"}]},
    "NetworkRouting": {"IncludeAllNetworks": true},
    "Surprise": {"Key": 1}
  }
})";

TEST(Declaration, IsReadFromJson) {
  const auto read = ReadDeclaration(kIkev2, "vpn.json");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->type, "com.apple.configuration.network.vpn.ikev2");
  EXPECT_EQ(read->identifier, "com.example.vpn");
  EXPECT_EQ(read->server_token, "7");
  EXPECT_EQ(plist::Text(read->payload, "VisibleName"), "Corporate \"VPN\"");
}

TEST(Declaration, IsWrittenAsItWasRead) {
  const auto read = ReadDeclaration(kIkev2, "vpn.json");
  const auto written = WriteDeclaration(*read);
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(*ReadDeclaration(*written, "again"), *read);
}

TEST(Declaration, WhatIsNoneSaysWhy) {
  const auto why = [](absl::string_view text) {
    return std::string(ReadDeclaration(text, "x.json").status().message());
  };
  EXPECT_THAT(why("<?xml"), HasSubstr("x.json: it is no declaration"));
  EXPECT_THAT(why("{}"), HasSubstr("Type must be text"));
  EXPECT_THAT(why(R"({"Type": "com.apple.x", "Payload": {}})"), HasSubstr("no Identifier"));
  EXPECT_THAT(why(R"({"Type": "com.apple.x", "Identifier": "a"})"), HasSubstr("no object Payload"));
  EXPECT_THAT(why("{\n\"Type\": \"a\",\n\"Type\": \"b\"}"), HasSubstr("x.json:3: \"Type\" is written twice"));
  EXPECT_THAT(why("{" + std::string(2 << 20, ' ')), HasSubstr("at most"));
}

TEST(Declaration, SaysWhatItsPayloadWouldSay) {
  std::vector<std::string> unknown;
  const auto payload = PayloadOfDeclaration(*ReadDeclaration(kIkev2, "vpn.json"), &unknown);
  ASSERT_TRUE(payload.has_value());
  EXPECT_EQ(plist::Text(*payload, "PayloadType"), "com.apple.vpn.managed");
  EXPECT_EQ(plist::Text(*payload, "VPNType"), "IKEv2");
  const plist::Value& ikev2 = *payload->Find("IKEv2");
  EXPECT_EQ(plist::Text(ikev2, "RemoteAddress"), "vpn.example.com");
  EXPECT_EQ(*ikev2.Find("OnDemandEnabled"), plist::Value(int64_t{1}));
  EXPECT_EQ(*ikev2.Find("IncludeAllNetworks"), plist::Value(int64_t{1}));
  EXPECT_THAT(unknown, ElementsAre("Surprise.Key"));
}

TEST(Declaration, AKeyWithADotInItsNameIsNoPath) {
  std::vector<std::string> unknown;
  const auto read = ReadDeclaration(
      R"({"Type": "com.apple.configuration.network.vpn.vpn-plugin", "Identifier": "p",
          "Payload": {"OnDemand.Rules": [1]}})",
      "vpn.json");
  const auto payload = PayloadOfDeclaration(*read, &unknown);
  ASSERT_TRUE(payload.has_value());
  EXPECT_EQ(payload->Find("VPN"), nullptr);
  EXPECT_THAT(unknown, ElementsAre("OnDemand.Rules"));
}

TEST(Declaration, OfAPayloadSaysTheSame) {
  std::vector<std::string> unknown;
  const auto payload = PayloadOfDeclaration(*ReadDeclaration(kIkev2, "vpn.json"), &unknown);
  const auto back = DeclarationOfPayload(*payload, "com.example.vpn");
  ASSERT_TRUE(back.ok()) << back.status();
  // Once in the order of our table it stays as it is.
  const auto again = DeclarationOfPayload(*PayloadOfDeclaration(*back, nullptr), "com.example.vpn");
  EXPECT_EQ(*again, *back);
  EXPECT_EQ(PayloadOfDeclaration(*back, nullptr)->entries().size(), payload->entries().size());
}

TEST(Declaration, AComposedIdentifierIsIdAndRequirement) {
  plist::Dict filter;
  filter.Set("PayloadType", "com.apple.webcontent-filter");
  filter.Set("FilterType", "Plugin");
  filter.Set("FilterSockets", true);
  filter.Set("FilterDataProviderBundleIdentifier", "com.vendor.filter");
  filter.Set("FilterDataProviderDesignatedRequirement", "anchor apple generic");
  const auto declaration = DeclarationOfPayload(filter, "f");
  ASSERT_TRUE(declaration.ok()) << declaration.status();
  EXPECT_EQ(plist::Text(*declaration->payload.Find("Filter")->Find("Sockets"), "ProviderComposedIdentifier"),
            "com.vendor.filter {anchor apple generic}");
  const auto back = PayloadOfDeclaration(*declaration, nullptr);
  EXPECT_EQ(plist::Text(*back, "FilterDataProviderDesignatedRequirement"), "anchor apple generic");
  EXPECT_EQ(plist::Text(*back, "FilterDataProviderBundleIdentifier"), "com.vendor.filter");
}

TEST(Declaration, AKeyWithoutACounterpartIsNamed) {
  plist::Dict vpn, ikev2;
  ikev2.Set("Surprise", int64_t{1});
  vpn.Set("PayloadType", "com.apple.vpn.managed");
  vpn.Set("VPNType", "IKEv2");
  vpn.Set("IKEv2", std::move(ikev2));
  EXPECT_THAT(std::string(DeclarationOfPayload(vpn, "v").status().message()),
              HasSubstr("has no key for IKEv2.Surprise"));
}

TEST(Declaration, TransparentProxiesHaveNone) {
  plist::Dict vpn;
  vpn.Set("PayloadType", "com.apple.vpn.managed");
  vpn.Set("VPNType", "TransparentProxy");
  EXPECT_EQ(DeclarationTypeFor(vpn), "");
  EXPECT_THAT(std::string(DeclarationOfPayload(vpn, "v").status().message()),
              HasSubstr("no declaration for com.apple.vpn.managed with VPNType TransparentProxy"));
}

TEST(Declaration, NoSecretHasAKey) {
  for (const DeclarationKind& kind : DeclarationKinds()) {
    std::set<absl::string_view> keys;
    for (const KeyPair& key : kind.keys) {
      EXPECT_TRUE(keys.insert(key.declaration).second) << kind.type << " " << key.declaration;
      for (absl::string_view secret : kind.secrets) EXPECT_NE(key.payload, secret);
    }
  }
}

}  // namespace
}  // namespace holdfast::profiles

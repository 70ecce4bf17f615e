#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "profiles/installed/installed.h"
#include "profiles/lint/lint.h"
#include "profiles/mobileconfig/read.h"

namespace holdfast::profiles {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string Source(const std::string& path) {
  const char* root = std::getenv("HOLDFAST_SOURCE");
  return absl::StrCat(root == nullptr ? "." : root, "/", path);
}

std::string Slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

Profile ReadFixture(const std::string& name) {
  auto profile = Read(Slurp(Source("tests/profiles/fixtures/" + name)), name);
  EXPECT_TRUE(profile.ok()) << profile.status();
  return profile.ok() ? *profile : Profile();
}

std::vector<Profile> ReadDemo(const std::string& folder) {
  auto profiles = ReadPath(Source("deploy/demo/profiles/" + folder));
  EXPECT_TRUE(profiles.ok()) << profiles.status();
  return profiles.ok() ? *profiles : std::vector<Profile>();
}

std::set<std::string> Codes(const std::vector<ProfileFinding>& findings) {
  std::set<std::string> codes;
  for (const ProfileFinding& finding : findings) codes.insert(finding.code);
  return codes;
}

// What stops the file by itself from working.
std::set<std::string> FlawsOf(const Profile& profile) {
  std::set<std::string> codes;
  for (const lint::Finding& finding : lint::Check({profile}, {}, /*together=*/false).findings) {
    if (finding.severity == lint::Severity::kError) codes.insert(std::string(finding.rule->id));
  }
  return codes;
}

// A profile with one VPN payload: what stands in its dictionary, after VPNType.
std::string VpnProfile(const std::string& keys) {
  return absl::StrReplaceAll(
      "<?xml version=\"1.0\"?><plist><dict><key>PayloadType</key><string>Configuration</string>"
      "<key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>p</string>"
      "<key>PayloadUUID</key><string>10000000-0000-4000-8000-000000000001</string>"
      "<key>PayloadContent</key><array><dict><key>PayloadType</key><string>com.apple.vpn.managed</string>"
      "<key>PayloadVersion</key><integer>1</integer><key>PayloadIdentifier</key><string>p.v</string>"
      "<key>PayloadUUID</key><string>10000000-0000-4000-8000-000000000002</string>"
      "<key>UserDefinedName</key><string>Corp</string>@</dict></array></dict></plist>",
      {{"@", keys}});
}

Profile ReadVpnKeys(const std::string& keys) {
  auto profile = Read(VpnProfile(keys), "test");
  EXPECT_TRUE(profile.ok()) << profile.status();
  return profile.ok() ? *profile : Profile();
}

Profile ReadProxy(const std::string& order) {
  return ReadVpnKeys(
      "<key>VPNType</key><string>TransparentProxy</string><key>VPNSubType</key><string>app</string>"
      "<key>TransparentProxy</key><dict><key>ProviderBundleIdentifier</key><string>ext</string>"
      "<key>ProviderDesignatedRequirement</key><string>r</string>" +
      order + "</dict>");
}

TEST(Mobileconfig, IkeVersion2BecomesAService) {
  const std::vector<Profile> profiles = ReadDemo("ikev2-mac");
  ASSERT_THAT(profiles, SizeIs(1));
  EXPECT_THAT(FlawsOf(profiles[0]), IsEmpty());
  ASSERT_THAT(profiles[0].services, SizeIs(1));
  const ServiceFacts& service = profiles[0].services[0];
  EXPECT_EQ(service.name, "Corporate VPN");
  EXPECT_EQ(service.type, ServiceType::kIkev2);
  EXPECT_EQ(service.remote_address, "vpn.example.com");
  EXPECT_EQ(service.id.ToString(), profiles[0].payloads[0].uuid);
  EXPECT_EQ(service.full_tunnel, true);
  EXPECT_FALSE(service.on_demand);
  EXPECT_EQ(service.profile_identifier, "com.example.vpn.ikev2");
  EXPECT_EQ(service.payload_identifier, "com.example.vpn.ikev2.tunnel");
}

TEST(Mobileconfig, EveryDemoProfileIsFlawless) {
  for (const char* folder :
       {"ikev2-mac", "cisco-mac", "globalprotect-mac", "proxies-mac", "later/order-swapped"}) {
    EXPECT_THAT(Combine(ReadDemo(folder)).findings, IsEmpty()) << folder;
  }
}

TEST(Mobileconfig, AProviderIsNamedWithItsExtension) {
  const std::vector<Profile> profiles = ReadDemo("cisco-mac");
  ASSERT_THAT(profiles, SizeIs(1));
  ASSERT_THAT(profiles[0].services, SizeIs(1));
  EXPECT_EQ(profiles[0].services[0].type, ServiceType::kProvider);
  EXPECT_EQ(profiles[0].services[0].provider_bundle_id, "com.cisco.anyconnect.macos.acsockext");
  EXPECT_EQ(profiles[0].services[0].full_tunnel, std::nullopt);
  EXPECT_THAT(profiles[0].allowed_extensions,
              ElementsAre(AllowedExtension{"DE8Y96K9QP", "com.cisco.anyconnect.macos.acsockext"}));
}

TEST(Mobileconfig, ProxiesComeInDeclaredOrder) {
  const InstalledFacts facts = Combine(ReadDemo("proxies-mac"));
  ASSERT_THAT(facts.proxies, SizeIs(2));
  EXPECT_EQ(facts.proxies[0].name, "Netskope");
  EXPECT_EQ(facts.proxies[1].bundle_id, "com.microsoft.globalsecureaccess.tunnel");
  EXPECT_EQ(facts.proxies[1].order, 2);
  ASSERT_THAT(facts.services, SizeIs(2));
  EXPECT_EQ(facts.services[0].type, ServiceType::kTransparentProxy);
}

TEST(Mobileconfig, AProfileInstalledAgainReplacesAndMaySwapTheOrder) {
  std::vector<Profile> profiles = ReadDemo("proxies-mac");
  for (const Profile& later : ReadDemo("later/order-swapped")) profiles.push_back(later);
  const InstalledFacts facts = Combine(profiles);
  ASSERT_THAT(facts.proxies, SizeIs(2));
  EXPECT_EQ(facts.proxies[0].name, "Global Secure Access");
  EXPECT_THAT(facts.services, SizeIs(2));
}

TEST(Mobileconfig, AMissingOrderMattersBetweenTwoProxiesOnly) {
  std::vector<Profile> profiles = ReadDemo("later/order-missing");
  EXPECT_THAT(Combine(profiles).findings, IsEmpty());
  for (const Profile& other : ReadDemo("proxies-mac")) profiles.insert(profiles.begin(), other);
  const InstalledFacts facts = Combine(profiles);
  EXPECT_EQ(Codes(facts.findings), std::set<std::string>{"proxy-order-missing"});
  EXPECT_EQ(facts.proxies[1].order_state, OrderState::kMissing);
}

TEST(Mobileconfig, EqualOrdersAreFound) {
  const Profile a = ReadProxy("<key>Order</key><integer>1</integer>");
  Profile b = a;
  b.identifier = b.proxies[0].profile_identifier = "q";
  b.services.clear();
  EXPECT_THAT(Codes(Combine({a, b}).findings), Contains("proxy-order-equal"));
}

struct OrderCase {
  std::string xml;
  OrderState state;
  std::string code;
  bool service;
};
class Orders : public ::testing::TestWithParam<OrderCase> {};

TEST_P(Orders, AreReadAsMacosReadsThem) {
  const Profile profile = ReadProxy(GetParam().xml);
  ASSERT_THAT(profile.proxies, SizeIs(1));
  EXPECT_EQ(profile.proxies[0].order_state, GetParam().state);
  EXPECT_EQ(profile.services.size(), GetParam().service ? 1u : 0u);
  EXPECT_EQ(FlawsOf(profile),
            GetParam().code.empty() ? std::set<std::string>{} : std::set<std::string>{GetParam().code});
}

INSTANTIATE_TEST_SUITE_P(
    All, Orders,
    ::testing::Values(
        OrderCase{"", OrderState::kMissing, "", true},
        OrderCase{"<key>Order</key><integer>0</integer>", OrderState::kValid, "", true},
        OrderCase{"<key>Order</key><integer>2147483647</integer>", OrderState::kValid, "", true},
        OrderCase{"<key>Order</key><integer>2147483648</integer>", OrderState::kOutOfRange,
                  "proxy-order-out-of-range", false},
        OrderCase{"<key>Order</key><integer>-1</integer>", OrderState::kOutOfRange,
                  "proxy-order-out-of-range", false},
        OrderCase{"<key>Order</key><string>1</string>", OrderState::kMistyped, "proxy-order-mistyped", true},
        OrderCase{"<key>Order</key><real>1</real>", OrderState::kMistyped, "proxy-order-mistyped", true}));

TEST(Mobileconfig, AContentFilterIsReadWithItsGrade) {
  const Profile profile = ReadFixture("content-filter.mobileconfig");
  EXPECT_THAT(FlawsOf(profile), IsEmpty());
  ASSERT_THAT(profile.filters, SizeIs(1));
  const FilterFacts& filter = profile.filters[0];
  EXPECT_EQ(filter.bundle_id, "com.example.filter.packets");
  EXPECT_EQ(filter.plugin_bundle_id, "com.example.filter");
  EXPECT_EQ(filter.grade, "inspector");
  EXPECT_TRUE(filter.packets);
  EXPECT_FALSE(filter.sockets);
}

TEST(Mobileconfig, FlawsAreNamed) {
  const Profile profile = ReadFixture("flawed.mobileconfig");
  EXPECT_EQ(
      FlawsOf(profile),
      (std::set<std::string>{"duplicate-payload-uuid", "vpn-missing-subtype", "vpn-missing-dictionary",
                             "vpn-unknown-type", "vpn-alwayson-not-on-macos", "vpn-missing-remote-address",
                             "vpn-number-mistyped", "key-misplaced", "vpn-missing-requirement",
                             "proxy-order-mistyped", "proxy-order-out-of-range", "filter-missing-plugin"}));
  for (const ProfileFinding& finding : Combine({profile}).findings) {
    EXPECT_EQ(finding.profile, "com.example.test.flawed");
    EXPECT_THAT(finding.message, HasSubstr("; "));  // and what to do
  }
}

TEST(Mobileconfig, APayloadWithoutAUuidGetsAStableId) {
  const std::string bytes =
      absl::StrReplaceAll(VpnProfile("<key>VPNType</key><string>IKEv2</string><key>IKEv2</key><dict>"
                                     "<key>RemoteAddress</key><string>a</string></dict>"),
                          {{"10000000-0000-4000-8000-000000000002", ""}});
  const auto once = Read(bytes, "a"), twice = Read(bytes, "b");
  ASSERT_TRUE(once.ok() && twice.ok());
  ASSERT_THAT(once->services, SizeIs(1));
  EXPECT_FALSE(once->services[0].id.IsNil());
  EXPECT_EQ(once->services[0].id, twice->services[0].id);
}

TEST(Mobileconfig, OnDemandAndAStringSwitch) {
  const auto read = [](const std::string& value) {
    return ReadVpnKeys(
        "<key>VPNType</key><string>IKEv2</string><key>IKEv2</key><dict><key>RemoteAddress</key>"
        "<string>a</string><key>OnDemandEnabled</key>" +
        value + "</dict>");
  };
  EXPECT_TRUE(read("<integer>1</integer>").services[0].on_demand);
  EXPECT_FALSE(read("<integer>0</integer>").services[0].on_demand);
  const Profile text = read("<string>1</string>");
  EXPECT_FALSE(text.services[0].on_demand);
  EXPECT_THAT(FlawsOf(text), Contains("vpn-number-mistyped"));
}

TEST(Mobileconfig, PayloadScopeUserIsTheServices) {
  const std::string bytes =
      absl::StrReplaceAll(VpnProfile("<key>VPNType</key><string>IKEv2</string><key>IKEv2</key><dict/>"),
                          {{"<key>PayloadContent</key>",
                            "<key>PayloadScope</key><string>User</string><key>PayloadContent</key>"}});
  const auto profile = Read(bytes, "test");
  ASSERT_TRUE(profile.ok());
  EXPECT_EQ(profile->services[0].scope, ProfileScope::kUser);
  EXPECT_TRUE(profile->scope_declared);
}

TEST(Mobileconfig, WhatIsNoProfileSaysSo) {
  EXPECT_THAT(std::string(Read("<plist><array/></plist>", "x").status().message()),
              HasSubstr("a profile is a <dict>"));
  const Profile unreadable = Unreadable("x.mobileconfig", Read("junk", "x.mobileconfig").status());
  const std::vector<ProfileFinding> findings = Combine({unreadable}).findings;
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].code, "profile-unreadable");
  EXPECT_THAT(findings[0].message, HasSubstr("line 1"));
  const auto bare =
      Read("<plist><dict><key>PayloadType</key><string>com.apple.vpn.managed</string></dict></plist>", "b");
  ASSERT_TRUE(bare.ok());
  EXPECT_THAT(FlawsOf(*bare), Contains("profile-missing-content"));
}

TEST(Mobileconfig, PathsThatDoNotWorkSayWhy) {
  EXPECT_EQ(ReadPath("/nonexistent/x.mobileconfig").status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(ReadPath(::testing::TempDir()).status().message()),
              HasSubstr("holds no *.mobileconfig"));
}

// --- secrets

void CollectText(const plist::Value& value, std::string* all) {
  if (const auto* text = value.As<std::string>()) absl::StrAppend(all, *text, "\n");
  if (const auto* data = value.As<plist::Data>()) absl::StrAppend(all, data->bytes, "\n");
  if (const auto* array = value.As<plist::Array>()) {
    for (const auto& item : *array) CollectText(item, all);
  }
  if (const auto* dict = value.As<plist::Dict>()) {
    for (const auto& entry : dict->entries()) CollectText(entry.value, all);
  }
}

TEST(Secrets, NoneIsLeftInTheTree) {
  for (const char* name : {"secrets.mobileconfig", "flawed.mobileconfig"}) {
    const auto source = Decode(Slurp(Source(absl::StrCat("tests/profiles/fixtures/", name))), name);
    ASSERT_TRUE(source.ok()) << source.status();
    std::string all;
    CollectText(source->root, &all);
    EXPECT_THAT(all, Not(HasSubstr("hunter2"))) << name;
    EXPECT_THAT(all, HasSubstr("com.apple.vpn.managed"));
  }
}

TEST(Secrets, ThatThereWasOneStaysVisible) {
  const auto source = Decode(Slurp(Source("tests/profiles/fixtures/secrets.mobileconfig")), "s");
  ASSERT_TRUE(source.ok());
  const plist::Value& vpn = (*source->root.Find("PayloadContent")->As<plist::Array>())[0];
  EXPECT_EQ(*vpn.Find("IKEv2")->Find("SharedSecret"), plist::Value(plist::Redacted{}));
  EXPECT_EQ(*vpn.Find("IKEv2")->Find("AuthName"), plist::Value(std::string("carol")));
}

}  // namespace
}  // namespace holdfast::profiles

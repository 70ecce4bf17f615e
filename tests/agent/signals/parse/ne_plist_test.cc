// The preferences file of Network Extension, from fixtures that are made here: no real one is public.
#include "agent/signals/parse/ne_plist.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/signals/parse/keyed_archive.h"
#include "tests/agent/signals/parse/ne_fixture.h"

namespace holdfast::parse {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const NeConfiguration* Find(const NePreferences& preferences, const char* name) {
  for (const NeConfiguration& configuration : preferences.configurations) {
    if (configuration.id == NeId(name)) return &configuration;
  }
  return nullptr;
}

void ExpectAll(const NePreferences& read) {
  ASSERT_EQ(read.configurations.size(), 5u);
  const NeConfiguration* ikev2 = Find(read, "ikev2");
  ASSERT_NE(ikev2, nullptr);
  ServiceFacts expected;
  expected.id = NeId("ikev2");
  expected.name = "Corporate: HQ";
  expected.type = ServiceType::kIkev2;
  expected.profile_identifier = "com.example.profile";
  expected.remote_address = "vpn.example.com";
  expected.on_demand = true;
  expected.full_tunnel = true;
  EXPECT_EQ(ikev2->service, expected);
  EXPECT_EQ(ikev2->posture, (PostureFacts{NeId("ikev2"), true, false}));
  EXPECT_EQ(ikev2->application, "io.example.app");
  EXPECT_EQ(ikev2->application_name, "Example");
  EXPECT_EQ(ikev2->grade, NeGrade::kEnterprise);
  EXPECT_THAT(ikev2->parts, ElementsAre("VPN"));
  EXPECT_THAT(
      ikev2->on_demand_rules,
      ElementsAre(OnDemandRule{"connect", {"SSIDMatch=(2)"}, {}},
                  OnDemandRule{"ignore", {"DNSSearchDomainMatch=corp.example.com", "InterfaceTypeMatch=2"}}));
  ASSERT_TRUE(ikev2->profile);
  EXPECT_EQ(*ikev2->profile, (NeProfileInfo{"com.apple.vpn.managed", "PAYLOAD-1", "Example",
                                            "com.example.profile", "PROFILE-1", "Example", false,
                                            1'778'307'200, "Version 26.0", NeProfileInfo::Source::kMdm}));
  const NeConfiguration* tunnel = Find(read, "tunnel");
  ASSERT_NE(tunnel, nullptr);
  EXPECT_EQ(tunnel->service->type, ServiceType::kProvider);
  EXPECT_EQ(tunnel->service->provider_bundle_id, "io.example.vpn.tunnel");
  EXPECT_EQ(tunnel->service->full_tunnel, std::nullopt);
  EXPECT_EQ(tunnel->proxy, std::nullopt);
  const NeConfiguration* proxy = Find(read, "proxy");
  ASSERT_NE(proxy, nullptr);
  EXPECT_EQ(proxy->service->type, ServiceType::kTransparentProxy);
  EXPECT_EQ(proxy->proxy, (ProxyFacts{"io.example.proxy.extension", "Proxy", "com.example.profile",
                                      OrderState::kMissing, 0}));
  const NeConfiguration* filter = Find(read, "filter");
  ASSERT_NE(filter, nullptr);
  EXPECT_EQ(filter->filter, (FilterFacts{"io.example.filter.data", "io.example.filter", "Filter", "",
                                         "inspector", true, false, true, std::nullopt}));
  const NeConfiguration* dns = Find(read, "dns");
  ASSERT_NE(dns, nullptr);
  EXPECT_EQ(dns->dns_proxy, (DnsProxyFacts{"io.example.dns", "DNS", "", false}));
  ASSERT_EQ(read.others.size(), 1u);
  EXPECT_EQ(read.others[0].name, "com.apple.preferences.application-firewall");
  EXPECT_THAT(read.others[0].parts, ElementsAre("PathController"));
  EXPECT_THAT(read.odd, IsEmpty());
}

TEST(NePlist, EveryKindInBothVersionsAndBothForms) {
  for (const bool root : {false, true}) {
    for (const int version : {0, 1}) {
      for (const bool xml : {false, true}) {
        SCOPED_TRACE(testing::Message() << "root=" << root << " version=" << version << " xml=" << xml);
        const auto read = ReadNePreferences(NeFixture(root, version).Bytes(xml));
        ASSERT_TRUE(read.ok()) << read.status();
        EXPECT_EQ(read->version, version);
        EXPECT_EQ(read->generation, 42);
        ExpectAll(*read);
      }
    }
  }
}

TEST(NePlist, WhoseEachIs) {
  const auto read = ReadNePreferences(NeFixture().Bytes());
  ASSERT_TRUE(read.ok());
  const std::vector<ConfigurationFacts> facts = ConfigurationsOf(*read);
  EXPECT_THAT(facts, Contains(ConfigurationFacts{"com.example.profile", Provenance::kProfile, true}));
  EXPECT_THAT(facts, Contains(ConfigurationFacts{"io.example.filter", Provenance::kApp, false}));
}

TEST(NePlist, LegacyProtocolsByClassOrType) {
  struct Case {
    const char* class_name;
    int type;
    ServiceType expected;
  };
  for (const Case& c : {Case{"NEVPNProtocolIPSec", 0, ServiceType::kIpsec},
                        {"NEVPNProtocolL2TP", 0, ServiceType::kL2tp},
                        {"NEVPNProtocolIKEv2", 1, ServiceType::kIkev2},
                        {"NEVPNProtocolPlugin", 0, ServiceType::kProvider},
                        {"NEVPNProtocol", 1, ServiceType::kIpsec},
                        {"NEVPNProtocol", 2, ServiceType::kL2tp},
                        {"NEVPNProtocol", 4, ServiceType::kProvider},
                        {"NEVPNProtocol", 5, ServiceType::kIkev2},
                        {"NEVPNProtocol", 3, ServiceType::kUnknown}}) {
    ArchiveBuilder b;
    const auto protocol = b.Object(c.class_name, {b.Of("Type", c.type)});
    const auto vpn = b.Object("NEVPN", {b.Of("Protocol", protocol)});
    b.Top(NeId("x").ToString(), b.Object("NEConfiguration", {b.Of("AppVPN", vpn)}));
    const auto read = ReadNePreferences(b.Bytes());
    ASSERT_TRUE(read.ok());
    ASSERT_EQ(read->configurations.size(), 1u);
    EXPECT_EQ(read->configurations[0].service->type, c.expected) << c.class_name << " " << c.type;
    EXPECT_EQ(read->configurations[0].id, NeId("x"));  // by its key: it names none itself
    EXPECT_TRUE(read->configurations[0].per_app);
  }
}

TEST(NePlist, WhichTrafficAServiceIsFor) {
  ArchiveBuilder b;
  const auto texts = [&](const char* a) { return b.Array({b.Text(a)}); };
  const auto app = b.Object("NEVPNAppRule", {b.Of("SigningIdentifier", "com.example.app"),
                                             b.Of("MatchDomains", texts("corp.example.com"))});
  const auto path = b.Object("NEAppRule", {b.Of("Path", "/usr/bin/ssh")});
  const auto nobody = b.Object("NEAppRule", {b.Of("NoDivertDNS", true)});
  const auto never = b.Object("NEEvaluateConnectionRule",
                              {b.Of("Action", 2), b.Of("MatchDomains", texts("public.example.com"))});
  const auto needed =
      b.Object("NEEvaluateConnectionRule", {b.Of("Action", 1), b.Of("MatchDomains", texts("example.com"))});
  const auto evaluate = b.Object("NEOnDemandRuleEvaluateConnection",
                                 {b.Of("Action", 3), b.Of("ConnectionRules", b.Array({never, needed}))});
  const auto dns = b.Object("NEDNSSettings", {b.Of("matchDomains", texts("corp.example.com"))});
  const auto protocol =
      b.Object("NETunnelProviderProtocol",
               {b.Of("ExcludeAPNs", false), b.Of("ExcludeLocalNetworks", true), b.Of("DNSSettings", dns)});
  const auto vpn =
      b.Object("NEVPNApp", {b.Of("Protocol", protocol), b.Of("AppRules", b.Array({app, path, nobody})),
                            b.Of("ExceptionApps", b.Array({b.Text("com.example.free"), app})),
                            b.Of("OnDemandRules", b.Array({evaluate}))});
  b.Top(NeId("x").ToString(), b.Object("NEConfiguration", {b.Of("AppVPN", vpn)}));
  const auto read = ReadNePreferences(b.Bytes());
  ASSERT_TRUE(read.ok());
  const NeConfiguration& c = read->configurations[0];
  EXPECT_THAT(c.app_rules, ElementsAre(AppRule{"com.example.app", "", {"corp.example.com"}},
                                       AppRule{"", "/usr/bin/ssh", {}}));
  EXPECT_THAT(c.exempt_apps, ElementsAre("com.example.free", "com.example.app"));
  EXPECT_THAT(
      c.on_demand_rules,
      ElementsAre(OnDemandRule{"evaluate", {}, {{{"public.example.com"}, false}, {{"example.com"}, true}}}));
  EXPECT_THAT(c.match_domains, ElementsAre("corp.example.com"));
  EXPECT_EQ(c.exclude_apns, false);
  EXPECT_EQ(c.exclude_local_networks, true);
}

TEST(NePlist, UnknownEntriesAreNamed) {
  NeFixture fixture;
  ArchiveBuilder& b = fixture.builder();
  b.Top("Novelty", b.Object("NENovelty", {b.Of("Password", kSecret)}));
  const auto read = ReadNePreferences(fixture.Bytes());
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->odd.size(), 1u);
  EXPECT_THAT(read->odd[0].text, HasSubstr("\"Novelty\" of the class \"NENovelty\""));
  EXPECT_THAT(read->odd[0].text, Not(HasSubstr(kSecret)));
}

TEST(NePlist, AllKindsOfReferencesThatLeadNowhere) {
  ArchiveBuilder b;
  const auto vpn = b.Reserve();
  const auto of = b.Reserve();
  b.Fill(vpn, of,
         {b.Of("Protocol", vpn), b.Of("OnDemandRules", vpn), b.Of("Enabled", ArchiveBuilder::Ref{99'999})});
  const auto self = b.Reserve();
  b.Fill(self, of,
         {b.Of("Identifier", self), b.Of("Name", self), b.Of("VPN", vpn), b.Of("ProfileInfo", self),
          b.Of("Grade", vpn)});
  const auto loop = b.Array({ArchiveBuilder::Ref{self.number + 1}, self});
  b.Top("root", loop);
  b.Top("Version", loop);
  b.Top("gone", ArchiveBuilder::Ref{1'000'000});
  const auto read = ReadNePreferences(b.Bytes());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->configurations.size(), 1u);
}

// Sixty collections, each sixty times in the one before: 60^60 ways, one step budget.
TEST(NePlist, ASmallArchiveThatUnfoldsWithoutEndIsReadInBounds) {
  ArchiveBuilder b;
  auto inner = b.Text("leaf");
  for (int i = 0; i < 60; ++i) inner = b.Array(std::vector<ArchiveBuilder::Ref>(60, inner));
  b.Top("root", inner);
  b.Top("Version", b.Number(1));
  const auto read = ReadNePreferences(b.Bytes());
  ASSERT_TRUE(read.ok());
  EXPECT_THAT(read->configurations, IsEmpty());
}

TEST(NePlist, OtherFilesAreRefused) {
  EXPECT_FALSE(ReadNePreferences("").ok());
  EXPECT_FALSE(ReadNePreferences("hello").ok());
  EXPECT_THAT(ReadNePreferences("<plist version=\"1.0\"><dict/></plist>").status().message(),
              HasSubstr("no keyed archive"));
  ArchiveBuilder b;
  b.Top("root", b.Text("x"));
  EXPECT_THAT(ReadNePreferences(b.Bytes()).status().message(),
              HasSubstr("nothing in it is of Network Extension"));
}

TEST(KeyedArchive, SmallThings) {
  ArchiveBuilder b;
  b.Top("text", b.Object("NSMutableString", {b.Of("NS.string", "changing")}));
  b.Top("url",
        b.Object("NSURL", {b.Of("NS.base", ArchiveBuilder::Ref{0}), b.Of("NS.relative", "https://x")}));
  b.Top("short", b.Object("NSUUID", {{"NS.uuidbytes", plist_new_data("abc", 3)}}));
  b.Top("real", b.Object("NSDate", {{"NS.time", plist_new_real(1e300)}}));
  b.Top("null", ArchiveBuilder::Ref{0});
  const auto archive = KeyedArchive::Open(b.Bytes());
  ASSERT_TRUE(archive.ok());
  std::map<std::string, KeyedArchive::Object> top;
  for (const auto& [key, object] : archive->Top()) top[key] = object;
  EXPECT_EQ(archive->Text(top["text"]), "changing");
  EXPECT_EQ(archive->Text(top["url"]), "https://x");
  EXPECT_EQ(archive->Id(top["short"]), std::nullopt);
  EXPECT_EQ(archive->UnixTime(top["real"]), std::nullopt);
  EXPECT_EQ(top["null"], nullptr);
}

}  // namespace
}  // namespace holdfast::parse

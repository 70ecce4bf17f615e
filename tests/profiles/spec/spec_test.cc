// Profiles from a spec: read back by our own reader, and held against Apple's schema where a checkout has it
// beside it (../shared).
#include "profiles/spec/spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "profiles/mobileconfig/read.h"
#include "profiles/plist/keys.h"
#include "profiles/plist/plist.h"
#include "tests/profiles/spec/fleet.h"

namespace holdfast::profiles {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

plist::Value Tree(const SpecFile& file) {
  const auto document = plist::Parse(file.bytes, file.name);
  EXPECT_TRUE(document.ok()) << document.status();
  return document.ok() ? document->root : plist::Value();
}

const plist::Array& Payloads(const plist::Value& root) {
  return *root.Find("PayloadContent")->As<plist::Array>();
}

plist::Value PayloadOf(const SpecFile& file, absl::string_view type, size_t skip = 0) {
  const plist::Value root = Tree(file);
  for (const plist::Value& payload : Payloads(root)) {
    if (plist::Text(payload, "PayloadType") == type && skip-- == 0) return payload;
  }
  ADD_FAILURE() << "no payload " << type;
  return {};
}

// The fleet with something else in it.
std::string With(absl::string_view from, absl::string_view to) {
  EXPECT_THAT(kFleet, HasSubstr(std::string(from)));
  return absl::StrReplaceAll(kFleet, {{from, to}});
}

std::string WhyNot(const std::string& text, SpecForm form = SpecForm::kProfile) {
  return std::string(Made(text, form).status().message());
}

TEST(ProfileSpec, AFileMakesTheProfilesOfAFleet) {
  const auto made = Made(kFleet);
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_THAT(made->files, SizeIs(4));
  EXPECT_EQ(made->files[0].name, "vpn.mobileconfig");
  const auto vpn = Read(made->files[0].bytes, "vpn"), security = Read(made->files[1].bytes, "security");
  ASSERT_TRUE(vpn.ok() && security.ok());
  EXPECT_EQ(vpn->identifier, "com.example.mac.vpn");
  EXPECT_TRUE(vpn->scope_declared);
  ASSERT_THAT(vpn->services, SizeIs(1));
  EXPECT_EQ(vpn->services[0].type, ServiceType::kIkev2);
  EXPECT_TRUE(vpn->services[0].on_demand);
  EXPECT_THAT(security->services, SizeIs(2));
  ASSERT_THAT(security->proxies, SizeIs(1));
  EXPECT_EQ(security->proxies[0].order, 1);
  ASSERT_THAT(security->filters, SizeIs(1));
  EXPECT_EQ(security->filters[0].grade, "inspector");
  EXPECT_THAT(security->dns_proxies, SizeIs(1));
}

TEST(ProfileSpec, TheSameFileGivesTheSameBytes) {
  const auto once = Made(kFleet), again = Made(kFleet);
  for (size_t i = 0; i < once->files.size(); ++i) EXPECT_EQ(once->files[i].bytes, again->files[i].bytes);
}

TEST(ProfileSpec, AnotherDisplayNameKeepsTheUuids) {
  const std::string renamed = With("        name: Vendor VPN\n", "        name: Tunnel\n");
  const auto before = PayloadOf(Made(kFleet)->files[1], "com.apple.vpn.managed");
  const auto after = PayloadOf(Made(renamed)->files[1], "com.apple.vpn.managed");
  EXPECT_EQ(plist::Text(after, "UserDefinedName"), "Tunnel");
  EXPECT_EQ(plist::Text(after, "PayloadUUID"), plist::Text(before, "PayloadUUID"));
}

TEST(ProfileSpec, NoTwoUuidsOfAFleetAreEqual) {
  std::set<std::string> uuids;
  size_t count = 0;
  const auto made = Made(kFleet);
  for (const SpecFile& file : made->files) {
    const plist::Value root = Tree(file);
    uuids.insert(plist::Text(root, "PayloadUUID"));
    ++count;
    for (const plist::Value& payload : Payloads(root)) {
      uuids.insert(plist::Text(payload, "PayloadUUID"));
      ++count;
    }
  }
  EXPECT_EQ(uuids.size(), count);
}

TEST(ProfileSpec, AVpnsSwitchesAreNumbersAndAFiltersBooleans) {
  const auto made = Made(kFleet);
  const plist::Value ikev2 = *PayloadOf(made->files[0], "com.apple.vpn.managed").Find("IKEv2");
  for (const char* key : {"OnDemandEnabled", "IncludeAllNetworks", "ExcludeAPNs", "ExcludeLocalNetworks",
                          "EnablePFS", "DisconnectOnIdle", "EnableCertificateRevocationCheck"}) {
    ASSERT_NE(ikev2.Find(key), nullptr) << key;
    EXPECT_EQ(*ikev2.Find(key), plist::Value(int64_t{1})) << key;
  }
  const plist::Value filter = PayloadOf(made->files[1], "com.apple.webcontent-filter");
  EXPECT_EQ(*filter.Find("FilterSockets"), plist::Value(true));
  EXPECT_EQ(*filter.Find("FilterPackets"), plist::Value(true));
  EXPECT_EQ(*PayloadOf(made->files[1], "com.apple.vpn.managed", 1).Find("TransparentProxy")->Find("Order"),
            plist::Value(int64_t{1}));
}

TEST(ProfileSpec, ARequirementNamesTheProviderAndItsTeam) {
  const auto made = Made(kFleet);
  const plist::Value vpn = *PayloadOf(made->files[1], "com.apple.vpn.managed").Find("VPN");
  EXPECT_EQ(plist::Text(vpn, "ProviderBundleIdentifier"), "com.vendor.app.tunnel");
  EXPECT_THAT(plist::Text(vpn, "ProviderDesignatedRequirement"),
              AllOf(HasSubstr("identifier \"com.vendor.app.tunnel\""), HasSubstr("= \"VENDOR1234\"")));
}

TEST(ProfileSpec, AGivenRequirementMustBeAboutTheSameProgram) {
  constexpr char kGiven[] = "{bundleIdentifier: com.vendor.app.proxy, teamIdentifier: VENDOR1234}";
  const auto with = [&](absl::string_view requirement) {
    return With(kGiven,
                absl::StrCat("{bundleIdentifier: com.vendor.app.proxy, requirement: '", requirement, "'}"));
  };
  const auto good =
      Made(with("identifier com.vendor.app.proxy and certificate leaf[subject.OU] = VENDOR1234"));
  EXPECT_TRUE(good.ok()) << good.status();
  EXPECT_THAT(WhyNot(with("identifier com.vendor.app and certificate leaf[subject.OU] = VENDOR1234")),
              HasSubstr("it must say: identifier \"com.vendor.app.proxy\""));
  EXPECT_THAT(WhyNot(with("identifier com.vendor.app.proxy")), HasSubstr("teamIdentifier is required"));
}

TEST(ProfileSpec, SystemExtensionsOfProvidersAreAllowed) {
  const auto made = Made(kFleet);
  EXPECT_EQ(made->files[3].name, "system-extensions.mobileconfig");
  const plist::Value policy = PayloadOf(made->files[3], "com.apple.system-extension-policy");
  const plist::Value& allowed = *policy.Find("AllowedSystemExtensions");
  EXPECT_THAT(*allowed.Find("VENDOR1234")->As<plist::Array>(),
              ElementsAre(plist::Value("com.vendor.app.tunnel"), plist::Value("com.vendor.app.proxy"),
                          plist::Value("com.vendor.app.filter")));
  EXPECT_THAT(*allowed.Find("OTHER12345")->As<plist::Array>(), SizeIs(1));
  EXPECT_EQ(policy.Find("AllowedTeamIdentifiers"), nullptr);
}

TEST(ProfileSpec, APolicyOfOnesOwnMustAllowEachOfThem) {
  const std::string own = absl::StrCat(kFleet,
                                       "      - kind: system-extensions\n        allowed:\n"
                                       "          - {teamIdentifier: VENDOR1234, bundleIdentifiers: "
                                       "[com.vendor.app.tunnel, com.vendor.app.proxy]}\n");
  EXPECT_THAT(WhyNot(own),
              AllOf(HasSubstr("com.vendor.app.filter (team VENDOR1234)"), HasSubstr("com.other.app.dns"),
                    Not(HasSubstr("com.vendor.app.proxy (team"))));
}

TEST(ProfileSpec, AnAppExtensionNeedsNoPolicy) {
  const std::string text = R"(identifier: com.example.mac
profiles:
  - id: p
    parts:
      - kind: transparent-proxy
        app: com.vendor.app
        order: 5
        provider: {bundleIdentifier: com.vendor.app.proxy, teamIdentifier: VENDOR1234, systemExtension: false}
)";
  EXPECT_THAT(Made(text)->files, SizeIs(1));
}

TEST(ProfileSpec, EqualOrdersAreRefusedAcrossProfiles) {
  const std::string twice = absl::StrCat(kFleet, R"(      - kind: transparent-proxy
        app: com.second.app
        order: 1
        provider: {bundleIdentifier: com.second.app.proxy, teamIdentifier: SECOND1234}
)");
  EXPECT_THAT(WhyNot(twice), HasSubstr("profiles[2].parts[4].order: 1 is also the order of "
                                       "profiles[1].parts[1] (Vendor Proxy)"));
  EXPECT_THAT(WhyNot(With("        order: 1\n", "")), HasSubstr("parts[1].order: is required"));
  EXPECT_THAT(WhyNot(With("order: 1", "order: '1'")),
              HasSubstr("parts[1].order: \"1\" is not a whole number"));
}

TEST(ProfileSpec, OnDemandEndsWithoutACondition) {
  EXPECT_THAT(WhyNot(With("          - {action: connect}\n", "")),
              HasSubstr("onDemand[1]: the last rule has a condition"));
  EXPECT_THAT(WhyNot(With("{action: disconnect, ssids: [Office]}", "{action: disconnect}")),
              HasSubstr("onDemand[0]: it has no condition, so the rules after it are never reached"));
}

TEST(ProfileSpec, ANetworksNameIsLookedForOnWiFiAlone) {
  const plist::Value ikev2 = *PayloadOf(Made(kFleet)->files[0], "com.apple.vpn.managed").Find("IKEv2");
  const plist::Array& rules = *ikev2.Find("OnDemandRules")->As<plist::Array>();
  ASSERT_THAT(rules, SizeIs(3));
  EXPECT_EQ(plist::Text(rules[0], "InterfaceTypeMatch"), "WiFi");
  EXPECT_EQ(plist::Text(rules[1], "Action"), "EvaluateConnection");
}

TEST(ProfileSpec, ApplesUpdateHostsNeverRaiseTheTunnel) {
  const plist::Value ikev2 = *PayloadOf(Made(kFleet)->files[0], "com.apple.vpn.managed").Find("IKEv2");
  const plist::Value& evaluate = (*ikev2.Find("OnDemandRules")->As<plist::Array>())[1];
  const plist::Value& first = evaluate.Find("ActionParameters")->As<plist::Array>()->front();
  EXPECT_EQ(plist::Text(first, "DomainAction"), "NeverConnect");
  EXPECT_THAT(*first.Find("Domains")->As<plist::Array>(), Contains(plist::Value("gdmf.apple.com")));
}

TEST(ProfileSpec, WhereNoKeySaysItAWarningDoes) {
  const auto made = Made(kFleet);
  EXPECT_THAT(made->warnings, Contains(AllOf(HasSubstr("fleet.yaml:"), HasSubstr("parts[1]"),
                                             HasSubstr("its provider's to decide"))));
  EXPECT_THAT(made->warnings, Contains(HasSubstr("includeAllNetworks: no key keeps Apple's update hosts")));
}

TEST(ProfileSpec, AnIdentityIsNamedByItsPayload) {
  const auto made = Made(kFleet);
  EXPECT_EQ(plist::Text(*PayloadOf(made->files[0], "com.apple.vpn.managed").Find("IKEv2"),
                        "PayloadCertificateUUID"),
            plist::Text(PayloadOf(made->files[0], "com.apple.security.pkcs12"), "PayloadUUID"));
  EXPECT_THAT(WhyNot(With("certificate: identity\n", "certificate: other\n")),
              HasSubstr("'other' is no identity of the same profile, which has identity"));
}

TEST(ProfileSpec, SecretsComeFromFilesAndAreMarked) {
  const auto made = Made(kFleet);
  EXPECT_TRUE(made->files[0].secret);
  EXPECT_FALSE(made->files[2].secret);
  const std::string by_secret =
      absl::StrReplaceAll(kFleet, {{"authentication: certificate", "authentication: shared-secret"},
                                   {"certificate: identity\n", "sharedSecretFile: secret\n"}});
  const auto shared = Made(by_secret);
  ASSERT_TRUE(shared.ok()) << shared.status();
  const plist::Value ikev2 = *PayloadOf(shared->files[0], "com.apple.vpn.managed").Find("IKEv2");
  EXPECT_EQ(plist::Text(ikev2, "SharedSecret"), "shared secret");
  EXPECT_EQ(plist::Text(ikev2, "AuthenticationMethod"), "SharedSecret");
  EXPECT_THAT(WhyNot(absl::StrReplaceAll(by_secret, {{"File: secret", "File: none"}})),
              HasSubstr("sharedSecretFile: opening 'none'"));
  EXPECT_THAT(WhyNot(absl::StrReplaceAll(by_secret, {{"File: secret", "File: empty"}})),
              HasSubstr("the file's first line is the secret"));
}

TEST(ProfileSpec, EapAloneIsAuthenticationNone) {
  const auto made =
      Made(absl::StrReplaceAll(kFleet, {{"authentication: certificate", "authentication: eap-password"},
                                        {"certificate: identity\n", "user: anna\n"}}));
  ASSERT_TRUE(made.ok()) << made.status();
  const plist::Value ikev2 = *PayloadOf(made->files[0], "com.apple.vpn.managed").Find("IKEv2");
  EXPECT_EQ(plist::Text(ikev2, "AuthenticationMethod"), "None");
  EXPECT_EQ(*ikev2.Find("ExtendedAuthEnabled"), plist::Value(int64_t{1}));
  EXPECT_EQ(plist::Text(ikev2, "AuthName"), "anna");
}

TEST(ProfileSpec, WeakAlgorithmsAreNotOffered) {
  EXPECT_THAT(WhyNot(With("mtu: 1300", "algorithms: {encryption: 3DES}")),
              HasSubstr("is not one of: AES-256-GCM"));
  EXPECT_THAT(WhyNot(With("mtu: 1300", "algorithms: {diffieHellmanGroup: 2}")), HasSubstr("out of range"));
  EXPECT_THAT(WhyNot(With("mtu: 1300",
                          "algorithms: {encryption: AES-128}\n        childAlgorithms: "
                          "{encryption: AES-256}")),
              HasSubstr("stronger than what protects its own keys"));
  EXPECT_THAT(WhyNot(With("mtu: 1300", "mtu: 1500")), HasSubstr("mtu: 1500 is out of range"));
}

TEST(ProfileSpec, EveryProblemIsToldWithItsLine) {
  const std::string why = WhyNot(R"(identifier: com.example.mac
profiles:
  - id: Upper
    scope: user
    parts:
      - kind: content-filter
        app: com.vendor.app
      - kind: ikev2
        serverr: vpn.example.com
      - kind: wifi
)");
  EXPECT_THAT(why, HasSubstr("fleet.yaml:3: profiles[0].id: 'Upper' may have small letters"));
  EXPECT_THAT(why,
              HasSubstr("fleet.yaml:6: profiles[0].parts[0].kind: content-filter holds for the whole Mac"));
  EXPECT_THAT(why, HasSubstr("profiles[0].parts[0]: sockets, packets or both are needed"));
  EXPECT_THAT(why, HasSubstr("profiles[0].parts[1].server: is required"));
  EXPECT_THAT(why, HasSubstr("fleet.yaml:9: profiles[0].parts[1].serverr: is not a key here"));
  EXPECT_THAT(why, HasSubstr("did you mean \"server\"?"));
  EXPECT_THAT(why, HasSubstr("fleet.yaml:10: profiles[0].parts[2].kind: 'wifi' is not one of: ikev2"));
}

TEST(ProfileSpec, HoldfastsOwnPartsNeedItsSigner) {
  const std::string why = WhyNot(With("holdfast: {teamIdentifier: ABCDE12345}\n", ""));
  EXPECT_THAT(why, HasSubstr("parts[2].kind: names the team that signed Holdfast"));
  EXPECT_THAT(why, Not(HasSubstr("parts[0].kind")));  // it has rules of its own
  EXPECT_THAT(WhyNot(With("policy: policy.yaml", "policy: bad-policy.yaml")),
              HasSubstr("parts[3].policy: bad-policy.yaml:1: policyVersion"));
}

TEST(ProfileSpec, IdsAreUnlikeEachOther) {
  EXPECT_THAT(WhyNot(With("id: security", "id: vpn")), HasSubstr("'vpn' is the id of an earlier profile"));
  EXPECT_THAT(WhyNot(With("id: security", "id: system-extensions")),
              HasSubstr("'system-extensions' is the id of the profile that is added"));
  EXPECT_THAT(WhyNot(With("        id: tunnel\n", "        id: dns-proxy\n")),
              HasSubstr("'dns-proxy' is the name of another kind"));
}

TEST(ProfileSpec, TheExampleOfTheRecipesIsOne) {
  const char* source = std::getenv("HOLDFAST_SOURCE");
  const auto text = ReadFile(fs::path(source == nullptr ? "." : source) / "deploy/mdm/profiles.yaml");
  ASSERT_TRUE(text.ok()) << text.status();
  const auto made = Made(*text);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_THAT(made->files, SizeIs(3));
}

// Type by dotted path of each payload's keys, from Apple's schema.
std::map<std::string, std::string> SchemaOf(const std::string& type) {
  const char* source = std::getenv("HOLDFAST_SOURCE");
  std::ifstream in(fs::path(source == nullptr ? "." : source) / "../shared/apple-device-management/keys.tsv");
  std::map<std::string, std::string> out;
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    if (columns.size() > 2 && columns[0] == type) out[columns[1]] = columns[2];
  }
  return out;
}

void CheckKeys(const plist::Dict& dict, const std::string& prefix,
               const std::map<std::string, std::string>& schema) {
  // Apple's text: TransparentProxy takes the keys of VPN too. Its list of VPN's keys lacks these.
  static const std::set<std::string> kElsewhere = {"VPN.RemoteAddress", "VPN.AuthName"};
  for (const plist::Entry& entry : dict.entries()) {
    if (absl::StartsWith(entry.key, "Payload")) continue;
    const std::string path = prefix + entry.key;
    if (absl::StartsWith(path, "VendorConfig.") || kElsewhere.contains(path)) continue;
    const auto key = schema.find(path);
    if (key == schema.end()) {
      ADD_FAILURE() << path << " is not in Apple's schema";
      continue;
    }
    const std::string ours(entry.value.TypeName());
    EXPECT_TRUE(key->second == ours || (key->second == "<boolean>" && absl::StartsWith(ours, "<true")) ||
                (key->second == "<dictionary>" && ours == "<dict>"))
        << path << " is " << ours << ", and Apple says " << key->second;
    const auto* inner = entry.value.As<plist::Dict>();
    if (inner != nullptr && schema.find(path + ".ANY") == schema.end()) CheckKeys(*inner, path + ".", schema);
  }
}

TEST(ProfileSpec, EveryKeyIsOneOfApplesWithItsType) {
  if (SchemaOf("com.apple.vpn.managed").empty()) GTEST_SKIP() << "Apple's schema is not beside this checkout";
  const auto made = Made(kFleet);
  for (const SpecFile& file : made->files) {
    const plist::Value root = Tree(file);
    for (const plist::Value& payload : Payloads(root)) {
      const auto schema = SchemaOf(plist::Text(payload, "PayloadType"));
      if (!schema.empty()) CheckKeys(*payload.As<plist::Dict>(), "", schema);
    }
  }
}

}  // namespace
}  // namespace holdfast::profiles

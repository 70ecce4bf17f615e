// Every rule: a sample that it finds something in, made by one change of a sample in which it finds nothing.
#include "profiles/lint/rules/rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_replace.h"
#include "profiles/lint/lint.h"
#include "profiles/lint/outline.h"
#include "tests/profiles/lint/samples.h"

namespace holdfast::lint {
namespace {

using ::testing::Contains;
using ::testing::Not;

// The good files become bad when `from` is replaced by `to`, once, in the last of them.
struct Case {
  std::string rule;
  std::vector<std::string> good;
  std::string from, to;
  Options options = {};
};

std::string Vpn(const std::string& keys, int number = 1) {
  return PayloadXml("com.apple.vpn.managed", number, keys);
}
std::string Ike(const std::string& more = "") {
  return ProfileXml(Vpn(absl::StrReplaceAll(kIkev2Keys, {{"@", more}})));
}
std::string Edge(const std::string& more = "", const std::string& type = "VPN") {
  return ProfileXml(Vpn(absl::StrReplaceAll(ProviderKeys(type), {{"@", more}})));
}
std::string Proxy(const std::string& more = "<key>Order</key><integer>1</integer>") {
  return Edge(more, "TransparentProxy");
}
std::string Filter(const std::string& more = "") {
  return ProfileXml(
      PayloadXml("com.apple.webcontent-filter", 2, absl::StrReplaceAll(kFilterKeys, {{"@", more}})),
      "com.example.filter", 'B');
}
std::string Allow(const std::string& more = "") {
  return ProfileXml(
      PayloadXml("com.apple.system-extension-policy", 3, absl::StrReplaceAll(kExtensionKeys, {{"@", more}})),
      "com.example.extensions", 'C');
}
// Like the file, as another one: identifiers, UUIDs, names and providers of its own.
std::string Other(const std::string& file) {
  return absl::StrReplaceAll(file, {{"com.example.profile", "com.example.other"},
                                    {"0000-4000-8000-00000000000", "0000-4000-8000-11000000000"},
                                    {"com.example.vpn.extension", "com.other.vpn.extension"},
                                    {">Edge<", ">Other<"},
                                    {">Corp<", ">Other<"}});
}
std::string Dns(const std::string& more) {
  return ProfileXml(PayloadXml("com.apple.dnsSettings.managed", 4, more));
}
std::string Services(const std::string& rule) {
  return ProfileXml(PayloadXml("com.apple.servicemanagement", 5,
                               absl::StrCat("<key>Rules</key><array><dict>", rule, "</dict></array>")),
                    "com.example.services", 'D');
}

// An IKEv2 VPN with On Demand rules, each the inside of its dictionary.
std::string OnDemand(const std::vector<std::string>& rules) {
  std::string list;
  for (const std::string& rule : rules) absl::StrAppend(&list, "<dict>", rule, "</dict>\n");
  return Ike(absl::StrCat("<key>OnDemandEnabled</key><integer>1</integer>\n<key>OnDemandRules</key><array>",
                          list, "</array>"));
}
const std::string kConnect = "<key>Action</key><string>Connect</string>";
const std::string kIgnore = "<key>Action</key><string>Ignore</string>";
const std::string kEvaluate = "<key>Action</key><string>EvaluateConnection</string>";
std::string Match(const std::string& key, const std::string& text) {
  return absl::StrCat("<key>", key, "</key><array><string>", text, "</string></array>");
}
std::string Parameter(const std::string& domain, const std::string& action) {
  return absl::StrCat("<key>ActionParameters</key><array><dict>", Match("Domains", domain),
                      "<key>DomainAction</key><string>", action, "</string>@</dict></array>");
}
std::string Without(std::string text) {
  return absl::StrReplaceAll(text, {{"@", ""}});
}

const std::string kFinal = kConnect;
const std::string kAtHome = kIgnore + Match("DNSDomainMatch", "*.example.com");

std::vector<Case> Cases() {
  const std::string everything =
      "<key>IncludeAllNetworks</key><integer>1</integer>\n"
      "<key>ExcludeLocalNetworks</key><integer>1</integer>\n";
  const std::string full =
      "<key>OnDemandEnabled</key><integer>1</integer><key>OnDemandRules</key><array><dict>" + kConnect +
      "</dict></array>" + everything;
  const std::string identity = PayloadXml("com.apple.security.scep", 7, "");
  return {
      // The file.
      {"profile-unreadable", {Ike()}, "<array>", "<arra>"},
      {"profile-form", {Ike()}, "<?xml", " <?xml"},
      {"profile-no-end", {Ike()}, "</plist>\n", ""},
      {"profile-duplicate-key", {Ike()}, "<key>LocalIdentifier</key>", "<key>RemoteIdentifier</key>"},
      {"profile-encrypted",
       {Ike()},
       "<key>PayloadContent</key><array>",
       "<key>EncryptedPayloadContent</key><data></data><key>PayloadContent</key><array>"},
      // The envelope.
      {"profile-wrong-type", {Ike()}, "<string>Configuration</string>", "<string>com.apple.dock</string>"},
      {"profile-missing-identifier", {Ike()}, "<string>com.example.profile</string>", "<string></string>"},
      {"profile-missing-content", {Ike()}, "PayloadContent", "PayloadContents"},
      {"profile-keys-at-top",
       {Ike()},
       "<key>PayloadContent</key><array>",
       "<key>VPNType</key><string>IKEv2</string><key>Other</key><array>"},
      {"profile-version-not-integer", {Ike()}, "<integer>1</integer>", "<real>1</real>"},
      {"payload-version-not-integer",
       {Ike()},
       "managed</string>\n<key>PayloadVersion</key><integer>1</integer>",
       "managed</string>\n<key>PayloadVersion</key><real>1</real>"},
      {"payload-version-missing",
       {Ike()},
       "managed</string>\n<key>PayloadVersion</key><integer>1</integer>",
       "managed</string>\n"},
      {"payload-version-not-one", {Ike()}, "<integer>1</integer>", "<integer>2</integer>"},
      {"payload-missing-type", {Ike()}, "<string>com.apple.vpn.managed</string>", "<string></string>"},
      {"payload-missing-identifier", {Ike()}, "com.example.profile.p1", ""},
      {"payload-identifier-equals-profile", {Ike()}, "com.example.profile.p1", "com.example.profile"},
      {"payload-identifier-twice",
       {ProfileXml(Vpn(Without(kIkev2Keys)) +
                   Vpn(absl::StrReplaceAll(Without(kIkev2Keys), {{"Corp", "B"}}), 2))},
       "com.example.profile.p2",
       "com.example.profile.p1"},
      {"payload-missing-uuid",
       {Ike()},
       "<key>PayloadUUID</key><string>10000000-0000-4000-8000-000000000001</string>",
       ""},
      {"payload-uuid-malformed", {Ike()}, "10000000-0000-4000-8000-000000000001", "vpn-10000000"},
      {"duplicate-payload-uuid",
       {Ike()},
       "10000000-0000-4000-8000-000000000001",
       "20000000-0000-4000-8000-00000000000A"},
      {"payload-type-unknown",
       {Ike()},
       "<string>com.apple.vpn.managed</string>",
       "<string>com.apple.vpn.manged</string>"},
      {"certificate-reference-dangling",
       {ProfileXml(Vpn(absl::StrReplaceAll(kIkev2Keys, {{"@",
                                                         "<key>PayloadCertificateUUID</key><string>"
                                                         "10000000-0000-4000-8000-000000000007</string>"}})) +
                   identity)},
       "<string>10000000-0000-4000-8000-000000000007</string></dict>",
       "<string>10000000-0000-4000-8000-000000000008</string></dict>"},
      // Delivery.
      {"network-scope-missing", {Ike()}, "<key>PayloadScope</key><string>System</string>", ""},
      {"payload-device-scope-only", {Filter()}, "<string>System</string>", "<string>User</string>"},
      {"vpn-user-scope", {Ike()}, "<string>System</string>", "<string>User</string>"},
      {"payload-needs-mdm",
       {Ike()},
       "com.apple.vpn.managed",
       "com.apple.system-extension-policy",
       {.manual = true}},
      {"payload-too-new",
       {Ike()},
       "com.apple.vpn.managed",
       "com.apple.relay.managed",
       {.target = MacOsVersion{13, 0, 0}}},
      {"payload-deprecated", {Ike()}, "com.apple.vpn.managed", "com.apple.relay.managed"},
      // Keys.
      {"key-missing", {Ike()}, "<key>LocalIdentifier</key><string>mac</string>", ""},
      {"key-type", {Ike()}, "<string>mac</string>", "<true/>"},
      {"vpn-number-mistyped",
       {Ike("<key>EnablePFS</key><integer>0</integer>")},
       "<integer>0</integer>",
       "<string>0</string>"},
      {"key-type-coerced", {Filter()}, "<true/>", "<integer>1</integer>"},
      {"key-value", {Ike("<key>DeadPeerDetectionRate</key><string>High</string>")}, "High", "Fast"},
      {"key-range", {Ike("<key>MTU</key><integer>1280</integer>")}, "1280", "1500"},
      {"key-unknown", {Ike("<key>EnablePFS</key><integer>1</integer>")}, "EnablePFS", "EnablePSF"},
      {"key-misplaced",
       {Ike()},
       "<key>IKEv2</key>",
       "<key>OnDemandEnabled</key><integer>1</integer><key>IKEv2</key>"},
      {"key-too-new",
       {Ike("<key>EnablePFS</key><integer>1</integer>")},
       "EnablePFS",
       "PPKMandatory",
       {.target = MacOsVersion{14, 0, 0}}},
      {"key-not-on-macos",
       {Ike("<key>EnablePFS</key><integer>1</integer>")},
       "EnablePFS",
       "OnDemandUserOverrideDisabled"},
      // VPN.
      {"vpn-unknown-type", {Ike()}, ">IKEv2</string>", ">PPTP</string>"},
      {"vpn-alwayson-not-on-macos", {Ike()}, ">IKEv2</string>", ">AlwaysOn</string>"},
      {"vpn-missing-dictionary", {Ike()}, "<key>IKEv2</key>", "<key>IPSec</key>"},
      {"vpn-missing-subtype", {Edge()}, "<key>VPNSubType</key><string>com.example.vpn</string>", ""},
      {"vpn-missing-remote-address", {Edge()}, "edge.example.com", ""},
      {"vpn-missing-requirement", {Edge()}, kRequirement, ""},
      {"vpn-requirement-mismatch",
       {Edge()},
       "identifier \"com.example.vpn.extension\"",
       "identifier \"com.example.app.extension\""},
      {"requirement-without-anchor", {Edge()}, "anchor apple generic and ", ""},
      {"vpn-missing-provider", {Proxy()}, "<string>com.example.vpn.extension</string>", "<string></string>"},
      {"vpn-authentication-missing", {Edge()}, "<string>Password</string>", "<string></string>"},
      {"vpn-missing-identity", {Ike()}, "<string>SharedSecret</string>", "<string>Certificate</string>"},
      {"proxy-both-dictionaries",
       {Proxy()},
       "<key>TransparentProxy</key>",
       "<key>VPN</key><dict/><key>TransparentProxy</key>"},
      {"vpn-name-twice",
       {ProfileXml(Vpn(Without(kIkev2Keys)) + Vpn(Without(ProviderKeys("VPN")), 2))},
       ">Edge<",
       ">Corp<"},
      // IKEv2.
      {"ikev2-algorithm-removed",
       {Ike("<key>IKESecurityAssociationParameters</key><dict><key>EncryptionAlgorithm</key><string>AES-256</"
            "string>"
            "</dict>")},
       "AES-256",
       "3DES"},
      {"ikev2-child-weaker",
       {Ike("<key>ChildSecurityAssociationParameters</key><dict><key>EncryptionAlgorithm</"
            "key><string>AES-256</string>"
            "</dict>")},
       "AES-256",
       "AES-128-GCM"},
      {"ikev2-ppk-incomplete",
       {Ike("<key>PPK</key><data>AAAA</data><key>PPKIdentifier</key><string>k</string>")},
       "<key>PPKIdentifier</key><string>k</string>",
       ""},
      {"ikev2-no-authentication", {Ike()}, "<string>SharedSecret</string>", "<string>None</string>"},
      {"ikev2-certificate-type-without-issuer",
       {Ike("<key>CertificateType</key><string>RSA</string><key>ServerCertificateIssuerCommonName</key>"
            "<string>CA</string>")},
       "<string>CA</string>",
       "<string></string>"},
      {"ikev2-keepalive-too-short",
       {Ike("<key>NATKeepAliveInterval</key><integer>20</integer>")},
       ">20<",
       ">19<"},
      {"ikev2-subtype",
       {Ike()},
       "<key>IKEv2</key>",
       "<key>VPNSubType</key><string>x</string><key>IKEv2</key>"},
      {"ikev2-no-dead-peer-detection",
       {Ike("<key>DeadPeerDetectionRate</key><string>Low</string>")},
       "Low",
       "None"},
      // Routing.
      {"full-tunnel-takes-push",
       {Ike(everything + "<key>ExcludeAPNs</key><integer>1</integer>")},
       "<key>ExcludeAPNs</key><integer>1</integer>",
       "<key>ExcludeAPNs</key><integer>0</integer>"},
      {"full-tunnel-takes-local",
       {Ike(everything)},
       "<key>ExcludeLocalNetworks</key><integer>1</integer>",
       ""},
      {"full-tunnel-before-exceptions",
       {Ike("<key>IncludeAllNetworks</key><integer>0</integer>")},
       "<key>IncludeAllNetworks</key><integer>0</integer>",
       "<key>IncludeAllNetworks</key><integer>1</integer>",
       {.target = MacOsVersion{13, 2, 0}}},
      {"enforce-routes-ignored",
       {Ike(everything + "<key>EnforceRoutes</key><integer>0</integer>")},
       "<key>EnforceRoutes</key><integer>0</integer>",
       "<key>EnforceRoutes</key><integer>1</integer>"},
      {"enforced-routes-exclusions",
       {Ike("<key>EnforceRoutes</key><integer>0</integer>")},
       "<key>EnforceRoutes</key><integer>0</integer>",
       "<key>EnforceRoutes</key><integer>1</integer>"},
      {"on-demand-takes-management",
       {OnDemand({Without(kEvaluate + Parameter("*.corp.example.com", "ConnectIfNeeded")), kFinal})},
       "*.corp.example.com",
       "*.apple.com"},
      // On Demand.
      {"ondemand-unreachable",
       {OnDemand({kAtHome, kFinal})},
       kFinal + "</dict>",
       kFinal + "</dict><dict>" + kConnect + Match("SSIDMatch", "x") + "</dict>"},
      {"ondemand-shadowed",
       {OnDemand({kAtHome, kConnect + Match("DNSDomainMatch", "vpn.other.com"), kFinal})},
       "vpn.other.com",
       "vpn.example.com"},
      {"ondemand-no-final", {OnDemand({kAtHome, kFinal})}, "<dict>" + kFinal + "</dict>", ""},
      {"ondemand-ssid-without-wifi",
       {OnDemand(
           {kIgnore + Match("SSIDMatch", "Office") + "<key>InterfaceTypeMatch</key><string>WiFi</string>",
            kFinal})},
       "<key>InterfaceTypeMatch</key><string>WiFi</string>",
       ""},
      {"ondemand-parameters-ignored",
       {OnDemand({Without(kEvaluate + Parameter("a.example.com", "ConnectIfNeeded")), kFinal})},
       "EvaluateConnection",
       "Connect"},
      {"ondemand-evaluate-without-parameters",
       {OnDemand({Without(kEvaluate + Parameter("a.example.com", "ConnectIfNeeded")), kFinal})},
       "ActionParameters",
       "Parameters"},
      {"ondemand-never-connect-probes",
       {OnDemand({absl::StrReplaceAll(kEvaluate + Parameter("a.example.com", "ConnectIfNeeded"),
                                      {{"@", Match("RequiredDNSServers", "10.0.0.1")}}),
                  kFinal})},
       "ConnectIfNeeded",
       "NeverConnect"},
      {"ondemand-off",
       {OnDemand({kFinal})},
       "<integer>1</integer>\n<key>OnDemandRules",
       "<integer>0</integer>\n<key>OnDemandRules"},
      {"ondemand-without-rules", {OnDemand({kFinal})}, "<dict>" + kFinal + "</dict>", ""},
      {"ondemand-probe-plain",
       {OnDemand({kIgnore + "<key>URLStringProbe</key><string>https://a.example.com</string>", kFinal})},
       "https://",
       "http://"},
      {"ondemand-probe-behind-tunnel",
       {absl::StrReplaceAll(
           OnDemand({kIgnore + "<key>URLStringProbe</key><string>https://a.example.com</string>", kFinal}),
           {{"<key>IKEv2</key>",
             "<key>DNS</key><dict><key>DNSProtocol</key><string>Cleartext</string><key>"
             "SupplementalMatchDomains</key><array><string>other.com</string></array></dict>"
             "<key>IKEv2</key>"}})},
       "<string>other.com</string>",
       "<string>example.com</string>"},
      {"ondemand-cellular",
       {OnDemand({kIgnore + "<key>InterfaceTypeMatch</key><string>WiFi</string>", kFinal})},
       "WiFi",
       "Cellular"},
      {"ondemand-action-unknown", {OnDemand({kAtHome, kFinal})}, "Ignore", "Ignor"},
      {"ondemand-allow", {OnDemand({kAtHome, kFinal})}, "Ignore", "Allow"},
      {"ondemand-old-domains",
       {Edge()},
       "<key>AuthenticationMethod</key>",
       Match("OnDemandMatchDomainsAlways", "x.example.com") + "<key>AuthenticationMethod</key>"},
      {"ondemand-dns-wildcards",
       {OnDemand({kIgnore + Match("DNSServerAddressMatch", "17.*"), kFinal})},
       "17.*",
       "17.*.1"},
      // Transparent proxies.
      {"proxy-order-mistyped",
       {Proxy()},
       "<key>Order</key><integer>1</integer>",
       "<key>Order</key><string>1</string>"},
      {"proxy-order-out-of-range",
       {Proxy()},
       "<key>Order</key><integer>1<",
       "<key>Order</key><integer>2147483648<"},
      {"proxy-order-zero", {Proxy()}, "<key>Order</key><integer>1<", "<key>Order</key><integer>0<"},
      {"proxy-order-missing",
       {Proxy(), Other(Proxy("<key>Order</key><integer>2</integer>"))},
       "<key>Order</key><integer>2</integer>",
       ""},
      {"proxy-order-equal",
       {Proxy(), Other(Proxy("<key>Order</key><integer>2</integer>"))},
       "<key>Order</key><integer>2</integer>",
       "<key>Order</key><integer>1</integer>"},
      {"proxy-order-chain",
       {Proxy(), Other(Edge("<key>ExcludeAPNs</key><integer>1</integer>"))},
       ">VPN<",
       ">TransparentProxy<"},
      // Filters.
      {"filter-missing-plugin", {Filter()}, "<string>Plugin</string>", "<string>BuiltIn</string>"},
      {"filter-missing-name", {Filter()}, "<key>UserDefinedName</key><string>Filter</string>", ""},
      {"filter-filters-nothing", {Filter()}, "<true/>", "<false/>"},
      {"filter-missing-provider",
       {Filter()},
       "<string>com.example.vpn.extension</string>",
       "<string></string>"},
      {"filter-missing-requirement", {Filter()}, kRequirement, ""},
      {"filter-grade-default", {Filter()}, "<key>FilterGrade</key><string>firewall</string>", ""},
      {"filter-url-parameters",
       {Filter("<key>FilterURLs</key><true/><key>URLFilterParameters</key><dict/>")},
       "<key>URLFilterParameters</key><dict/>",
       ""},
      // DNS and relays.
      {"dns-server-missing",
       {Dns("<key>DNSSettings</key><dict><key>DNSProtocol</key><string>TLS</string><key>ServerName</key>"
            "<string>dns.example.com</string></dict>")},
       "<string>dns.example.com</string>",
       "<string></string>"},
      {"dns-server-url",
       {Dns("<key>DNSSettings</key><dict><key>DNSProtocol</key><string>HTTPS</string><key>ServerURL</key>"
            "<string>https://dns.example.com</string></dict>")},
       "https://",
       "http://"},
      {"dns-proxy-missing-requirement",
       {ProfileXml(
           PayloadXml("com.apple.dnsProxy.managed", 6,
                      absl::StrCat("<key>AppBundleIdentifier</key><string>com.example.vpn</string>"
                                   "<key>ProviderBundleIdentifier</key><string>com.example.vpn.extension"
                                   "</string><key>ProviderDesignatedRequirement</key><string>",
                                   kRequirement, "</string>")))},
       kRequirement,
       "",
       {.target = MacOsVersion{27, 0, 0}}},
      {"relay-without-url",
       {ProfileXml(
           PayloadXml("com.apple.relay.managed", 6,
                      "<key>Relays</key><array><dict><key>HTTP3RelayURL</key><string>https://r.example.com"
                      "</string></dict></array>"))},
       "https://r.example.com",
       ""},
      // Extensions, services, privacy.
      {"sysext-team-in-both",
       {Allow("<key>AllowedTeamIdentifiers</key><array><string>ZZZZZ12345</string></array>")},
       "ZZZZZ12345",
       "ABCDE12345"},
      {"sysext-removable-conflict",
       {Allow("<key>RemovableSystemExtensions</key><dict><key>ABCDE12345</key><array><string>a</string></"
              "array></dict>"
              "<key>NonRemovableSystemExtensions</key><dict><key>ABCDE12345</key><array><string>b</string></"
              "array>"
              "</dict>")},
       "<string>b</string>",
       "<string>a</string>"},
      {"team-malformed", {Allow()}, "ABCDE12345", "Example Inc"},
      {"sysext-team-without-extensions", {Allow()}, "<string>com.example.vpn.extension</string>", ""},
      {"sysext-user-overrides", {Allow()}, "<key>AllowUserOverrides</key><false/>", ""},
      {"sysext-removal-deactivates",
       {Allow()},
       "</dict>\n</array>",
       "</dict>\n" + Vpn(Without(kIkev2Keys)) + "</array>"},
      {"service-rule-without-team",
       {Services("<key>RuleType</key><string>Label</string><key>RuleValue</key><string>com.example</string>"
                 "<key>TeamIdentifier</key><string>ABCDE12345</string>")},
       "<key>TeamIdentifier</key><string>ABCDE12345</string>",
       ""},
      {"privacy-allowed-and-authorization",
       {ProfileXml(
           PayloadXml("com.apple.TCC.configuration-profile-policy", 6,
                      "<key>Services</key><dict><key>SystemPolicyAllFiles</key><array><dict><key>Identifier"
                      "</key><string>a</string><key>IdentifierType</key><string>bundleID</string>"
                      "<key>CodeRequirement</key><string>r</string><key>Allowed</key><true/></dict></array>"
                      "</dict>"))},
       "<key>Allowed</key><true/>",
       ""},
      {"secret-in-profile",
       {Ike()},
       "<key>LocalIdentifier</key>",
       "<key>SharedSecret</key><string>hunter2</string><key>LocalIdentifier</key>"},
      // All of one Mac.
      {"fleet-profile-replaces",
       {Ike(), Other(Edge())},
       "<string>com.example.other</string>",
       "<string>com.example.profile</string>"},
      {"fleet-profile-scopes",
       {Ike(), absl::StrReplaceAll(Other(Edge()), {{">System<", ">User<"}})},
       "<string>com.example.other</string>",
       "<string>com.example.profile</string>"},
      {"fleet-payload-uuid",
       {Ike(), Other(Edge())},
       "10000000-0000-4000-8000-110000000001",
       "10000000-0000-4000-8000-000000000001"},
      {"fleet-vpn-name-twice", {Ike(), Other(Edge())}, ">Other<", ">Corp<"},
      {"provider-not-allowed", {Edge(), Allow()}, "com.example.vpn.extension", "com.example.vpn.another"},
      {"provider-team-mismatch", {Edge(), Allow()}, "ABCDE12345", "ZZZZZ12345"},
      {"provider-kind-not-allowed",
       {Edge(),
        Allow(
            "<key>AllowedSystemExtensionTypes</key><dict><key>ABCDE12345</key><array><string>NetworkExtension"
            "</string></array></dict>")},
       "<string>NetworkExtension</string>",
       "<string>DriverExtension</string>"},
      {"holdfast-can-be-switched-off",
       {ProfileXml(PayloadXml("io.holdfast.agent", 6, "")),
        Services(
            "<key>RuleType</key><string>Label</string><key>RuleValue</key><string>io.holdfast.agent</string>"
            "<key>TeamIdentifier</key><string>ABCDE12345</string>")},
       "io.holdfast.agent",
       "io.other.agent"},
      {"fleet-filters-same-grade",
       {Filter(), absl::StrReplaceAll(Other(Filter()), {{"com.example.filter", "com.example.filter2"},
                                                        {">firewall<", ">inspector<"}})},
       ">inspector<",
       ">firewall<"},
      {"fleet-dns-proxies",
       {ProfileXml(PayloadXml("com.apple.dnsProxy.managed", 6, "")), Other(Edge())},
       "com.apple.vpn.managed",
       "com.apple.dnsProxy.managed"},
      {"fleet-payload-single",
       {ProfileXml(PayloadXml("com.apple.vpn.managed.appmapping", 6, "")), Other(Edge())},
       "com.apple.vpn.managed",
       "com.apple.vpn.managed.appmapping"},
      {"fleet-full-tunnels",
       {Ike(full),
        Other(Edge(absl::StrReplaceAll(full, {{"Networks</key><integer>1<", "Networks</key><integer>0<"}})))},
       "<key>IncludeAllNetworks</key><integer>0</integer>",
       "<key>IncludeAllNetworks</key><integer>1</integer>"},
      {"fleet-provider-twice",
       {Edge(), Other(Edge())},
       "com.other.vpn.extension",
       "com.example.vpn.extension"},
      // Silencing.
      {"allow-invalid", {Ike()}, "<plist", "<!-- holdfast-lint: allow key-unknown -->\n<plist"},
      {"allow-unused", {Ike()}, "<plist", "<!-- holdfast-lint: allow key-unknown: we like it -->\n<plist"},
  };
}

std::set<std::string> IdsOf(const std::vector<std::string>& files, const Options& options) {
  std::vector<profiles::Profile> read;
  for (const std::string& file : files) {
    read.push_back(ReadSample(file, absl::StrCat("file", read.size() + 1, ".mobileconfig")));
  }
  std::set<std::string> ids;
  for (const Finding& finding : Check(read, options, /*together=*/true).findings) {
    ids.insert(std::string(finding.rule->id));
  }
  return ids;
}

class Rules : public ::testing::TestWithParam<Case> {};

TEST_P(Rules, FindWhatOneChangeBreaks) {
  const Case& c = GetParam();
  EXPECT_THAT(IdsOf(c.good, c.options), Not(Contains(c.rule)));
  std::vector<std::string> bad = c.good;
  const size_t at = bad.back().find(c.from);
  ASSERT_NE(at, std::string::npos) << "'" << c.from << "' is not in:\n" << bad.back();
  bad.back().replace(at, c.from.size(), c.to);
  EXPECT_THAT(IdsOf(bad, c.options), Contains(c.rule)) << bad.back();
}

std::string NameOf(const ::testing::TestParamInfo<Case>& info) {
  return absl::StrReplaceAll(info.param.rule, {{"-", "_"}});
}
TEST(RuleTable, EveryRuleHasACase) {
  // Of these the certificates are made in signature_test.cc.
  std::set<std::string> covered = {"profile-signature-broken", "profile-signature-expired",
                                   "profile-signature-chain", "profile-signed"};
  // declarations_test.cc
  for (const Rule* rule : DeclarationRules().rules) covered.insert(std::string(rule->id));
  // Nothing in the tables of keys is deprecated yet.
  covered.insert("key-deprecated");
  for (const Case& c : Cases()) covered.insert(c.rule);
  for (const RuleGroup* group : RuleGroups()) {
    for (const Rule* rule : group->rules) {
      EXPECT_TRUE(covered.contains(std::string(rule->id))) << rule->id << " has no case";
    }
  }
}

TEST(RuleTable, SaysEverythingOfEachRule) {
  std::set<absl::string_view> ids;
  for (const RuleGroup* group : RuleGroups()) {
    for (const Rule* rule : group->rules) {
      EXPECT_TRUE(ids.insert(rule->id).second) << rule->id << " is there twice";
      for (absl::string_view text : {rule->title, rule->why, rule->fix, rule->reference}) {
        EXPECT_FALSE(text.empty()) << rule->id;
      }
      EXPECT_NE(rule->title.back(), '.') << rule->id;
      EXPECT_NE(rule->fix.back(), '.') << rule->id;
    }
  }
}

std::vector<std::string> Told(const std::vector<Finding>& findings) {
  std::vector<std::string> told;
  for (const Finding& f : findings) {
    if (!f.together) continue;
    told.push_back(absl::StrCat(f.place.file, ":", f.place.line, " ", f.place.key_path, " ", f.rule->id, " ",
                                SeverityName(f.severity), " ", f.profile, " ", f.subject, " ", f.what, " ",
                                f.fix, " ", f.related.empty() ? 0 : f.related[0].line, f.allowed_because));
  }
  return told;
}

// What is kept of a profile is all that the rules of several look at.
TEST_P(Rules, FindTheSameAmongOutlines) {
  const Case& c = GetParam();
  std::vector<std::string> files = c.good;
  files.back().replace(files.back().find(c.from), c.from.size(), c.to);
  // Silenced in one of them, by a comment that is kept.
  const size_t begin = files.front().find("<plist");
  if (c.rule == "proxy-order-equal") {
    files.front().insert(begin, "<!-- holdfast-lint: allow proxy-order-chain: known -->");
  }
  std::vector<profiles::Profile> read, outlines;
  for (const std::string& file : files) {
    const std::string name = absl::StrCat("file", read.size() + 1, ".mobileconfig");
    read.push_back(ReadSample(file, name));
    auto outline = ReadOutline(OutlineOf(*read.back().source.pointer), name);
    ASSERT_TRUE(outline.ok()) << outline.status();
    outlines.push_back(*std::move(outline));
  }
  const auto expected = Told(Check(read, c.options, /*together=*/true).findings);
  EXPECT_EQ(Told(CheckTogether(outlines, c.options)), expected);
  if (files.size() < 2) return;
  // The last of them beside the others, in either form.
  const auto last = absl::MakeSpan(read).last(1);
  const auto before = absl::MakeSpan(read).first(read.size() - 1);
  EXPECT_EQ(Told(CheckTogether(absl::MakeSpan(outlines).last(1), c.options,
                               absl::MakeSpan(outlines).first(outlines.size() - 1))),
            Told(Check(last, c.options, /*together=*/true, {}, before).findings));
}

INSTANTIATE_TEST_SUITE_P(All, Rules, ::testing::ValuesIn(Cases()), NameOf);

}  // namespace
}  // namespace holdfast::lint

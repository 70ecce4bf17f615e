// A preferences file of Network Extension with one configuration of each kind, full of secrets.
#pragma once

#include <string>

#include "tests/agent/signals/parse/archive_builder.h"

namespace holdfast::parse {

constexpr char kSecret[] = "hunter2";  // in every place where one can be

inline Uuid NeId(const char* name) {
  return Uuid::FromName(name);
}

class NeFixture {
 public:
  using Ref = ArchiveBuilder::Ref;

  // `root`: all configurations in one dictionary under "root", as archives that were made by hand have it.
  explicit NeFixture(bool root = false, int version = 1) : root_(root) {
    b_.Top(b_.Of("Version", b_.Number(version)));
    b_.Top(b_.Of("Generation", b_.Number(42)));
    b_.Top(b_.Of("Index", b_.Dictionary({})));
    b_.Top(version == 1 ? b_.Of("SCPreferencesSignature2", b_.DataOf("x"))
                        : b_.Of("SCPreferencesSignature", b_.DataOf("x")));
    Put("ikev2", Vpn("ikev2", "Corporate: HQ", Ikev2()));
    Put("tunnel", Vpn("tunnel", "Vendor", Provider("io.example.vpn.tunnel"), 1));
    Put("proxy", Vpn("proxy", "Proxy", Provider("io.example.proxy.extension"), 2));
    Put("filter", Filter());
    Put("dns", DnsProxy());
    Put("firewall",
        b_.Object("NEConfiguration", {b_.Of("Identifier", b_.Id(NeId("firewall"))),
                                      b_.Of("Name", "com.apple.preferences.application-firewall"),
                                      b_.Of("PathController", b_.Object("NEPathController", {}))}));
    if (root_) b_.Top("root", b_.Dictionary(rooted_));
  }

  ArchiveBuilder& builder() { return b_; }
  std::string Bytes(bool xml = false) const { return b_.Bytes(xml); }

 private:
  void Put(const char* name, Ref configuration) {
    if (root_) {
      rooted_.emplace_back(b_.Id(NeId(name)), configuration);
    } else {
      b_.Top(NeId(name).ToString(), configuration);
    }
  }

  Ref Ikev2() {
    return b_.Object("NEVPNProtocolIKEv2",
                     {b_.Of("Type", 5), b_.Of("ServerAddress", "vpn.example.com"), b_.Of("Username", kSecret),
                      b_.Of("Password", kSecret), b_.Of("PasswordReference", b_.DataOf(kSecret)),
                      b_.Of("IdentityData", b_.DataOf(kSecret)), b_.Of("IdentityDataPassword", kSecret),
                      b_.Of("SharedSecretReference", b_.DataOf(kSecret)), b_.Of("IncludeAllNetworks", true),
                      b_.Of("EnforceRoutes", false)});
  }

  Ref Provider(const char* bundle) {
    const Ref vendor =
        b_.Dictionary({{b_.Text("token"), b_.Text(kSecret)}, {b_.Text(kSecret), b_.Text("x")}});
    return b_.Object(
        "NETunnelProviderProtocol",
        {b_.Of("Type", 4), b_.Of("PluginType", "io.example.app"), b_.Of("ServerAddress", "gw.example.com"),
         b_.Of("NEProviderBundleIdentifier", bundle), b_.Of("VendorConfiguration", vendor),
         b_.Of("VendorInfo", vendor), b_.Of("Password", kSecret)});
  }

  Ref ProfileInfo() {
    return b_.Object(
        "NEProfileIngestionPayloadInfo",
        {b_.Of("PayloadType", "com.apple.vpn.managed"), b_.Of("PayloadUUID", "PAYLOAD-1"),
         b_.Of("PayloadOrganization", "Example"), b_.Of("ProfileIdentifier", "com.example.profile"),
         b_.Of("ProfileUUID", "PROFILE-1"), b_.Of("ProfileOrganization", "Example"),
         b_.Of("isSetAside", false), b_.Of("profileIngestionDate", b_.Date(800'000'000.5)),
         b_.Of("systemVersion", "Version 26.0"), b_.Of("profileSource", 2)});
  }

  Ref Rules() {
    const Ref connect =
        b_.Object("NEOnDemandRuleConnect",
                  {b_.Of("Action", 1), b_.Of("SSIDMatch", b_.Array({b_.Text("home"), b_.Text("cafe")}))});
    const Ref ignore =
        b_.Object("NEOnDemandRuleIgnore",
                  {b_.Of("Action", 4), b_.Of("DNSSearchDomainMatch", b_.Array({b_.Text("corp.example.com")})),
                   b_.Of("InterfaceTypeMatch", 2)});
    return b_.Array({connect, ignore});
  }

  Ref Vpn(const char* id, const char* name, Ref protocol, int tunnel_type = 0) {
    std::vector<ArchiveBuilder::Field> vpn = {b_.Of("Enabled", true), b_.Of("OnDemandEnabled", true),
                                              b_.Of("OnDemandRules", Rules()), b_.Of("Protocol", protocol)};
    if (tunnel_type != 0) vpn.push_back(b_.Of("TunnelType", tunnel_type));
    return b_.Object(
        "NEConfiguration",
        {b_.Of("Identifier", b_.Id(NeId(id))), b_.Of("Name", name), b_.Of("Application", "io.example.app"),
         b_.Of("ApplicationName", "Example"), b_.Of("Grade", 1), b_.Of("VPN", b_.Object("NEVPN", vpn)),
         b_.Of("ContentFilter", Ref{0}), b_.Of("ProfileInfo", ProfileInfo())});
  }

  Ref Filter() {
    const Ref provider = b_.Object(
        "NEFilterProviderConfiguration",
        {b_.Of("PluginType", "io.example.filter"), b_.Of("FilterSockets", true), b_.Of("Password", kSecret),
         b_.Of("DataProviderBundleIdentifier", "io.example.filter.data")});
    const Ref filter = b_.Object("NEContentFilter",
                                 {b_.Of("Enabled", true), b_.Of("Grade", 2), b_.Of("Provider", provider)});
    return b_.Object("NEConfiguration",
                     {b_.Of("Identifier", b_.Id(NeId("filter"))), b_.Of("Name", "Filter"),
                      b_.Of("Application", "io.example.filter"), b_.Of("ContentFilter", filter)});
  }

  Ref DnsProxy() {
    const Ref protocol =
        b_.Object("NEDNSProxyProviderProtocol", {b_.Of("NEProviderBundleIdentifier", "io.example.dns")});
    const Ref proxy = b_.Object("NEDNSProxy", {b_.Of("Enabled", false), b_.Of("Protocol", protocol)});
    return b_.Object("NEConfiguration", {b_.Of("Identifier", b_.Id(NeId("dns"))), b_.Of("Name", "DNS"),
                                         b_.Of("DNSProxy", proxy)});
  }

  ArchiveBuilder b_;
  const bool root_;
  std::vector<std::pair<Ref, Ref>> rooted_;
};

}  // namespace holdfast::parse

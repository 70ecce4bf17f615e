// com.apple.vpn.managed and its relatives.
#include "profiles/payloads/vpn_keys.h"

#include <algorithm>
#include <array>

#include "profiles/payloads/ikev2_keys.h"
#include "profiles/payloads/on_demand_keys.h"

namespace holdfast::payloads {
namespace {

template <size_t N, size_t M>
constexpr std::array<Key, N + M> Join(const std::array<Key, N>& a, const std::array<Key, M>& b) {
  std::array<Key, N + M> keys = {};
  std::copy(a.begin(), a.end(), keys.begin());
  std::copy(b.begin(), b.end(), keys.begin() + N);
  return keys;
}

// A provider's dictionary. Apple's schema lists a part of it for transparent proxies and says in its text
// that all keys of VPN may stand there too.
constexpr std::array kProvider = {
    String("RemoteAddress"),
    String("AuthName"),
    String("AuthPassword"),
    String("AuthenticationMethod").OneOf("Password|Certificate|Password+Certificate"),
    String("PayloadCertificateUUID"),
    String("Password"),
    String("ProviderBundleIdentifier"),
    String("ProviderDesignatedRequirement").Since("10.15"),
    Switch("DisconnectOnIdle"),
    Integer("DisconnectOnIdleTimer"),
    String("ProviderType").OneOf("packet-tunnel|app-proxy"),
    Switch("IncludeAllNetworks").Since("10.15"),
    Switch("EnforceRoutes").Since("11.0"),
    Switch("ExcludeLocalNetworks").Since("10.15"),
    Switch("ExcludeCellularServices").Since("13.3"),
    Switch("ExcludeAPNs").Since("13.3"),
    Switch("ExcludeDeviceCommunication").Since("14.4"),
    Switch("OnDemandEnabled"),
    Switch("OnDemandUserOverrideDisabled").NotOnMac(),
    Strings("OnDemandMatchDomainsAlways"),
    Strings("OnDemandMatchDomainsNever"),
    Strings("OnDemandMatchDomainsOnRetry"),
    Array("OnDemandRules", kOnDemandRuleItem),
};

constexpr auto kTransparentProxy = Join(kProvider, std::array{Integer("Order").Between(0, INT32_MAX)});

constexpr std::array kIpSec = {
    String("RemoteAddress"),
    String("AuthenticationMethod").OneOf("SharedSecret|Certificate"),
    String("XAuthName"),
    String("XAuthPassword"),
    Switch("XAuthEnabled"),
    String("XAuthPasswordEncryption").OneOf("Prompt"),
    String("LocalIdentifier"),
    String("LocalIdentifierType").OneOf("KeyID"),
    Data("SharedSecret"),
    String("PayloadCertificateUUID"),
    Boolean("PromptForVPNPIN"),
    Switch("DisconnectOnIdle"),
    Integer("DisconnectOnIdleTimer"),
    Switch("OnDemandEnabled"),
    Strings("OnDemandMatchDomainsAlways"),
    Strings("OnDemandMatchDomainsNever"),
    Strings("OnDemandMatchDomainsOnRetry"),
    Array("OnDemandRules", kOnDemandRuleItem),
};

constexpr Key kEapPlugin = String("").OneOf("EAP-RSA|EAP-TLS|EAP-KRB");
constexpr Key kPppProtocol = String("").OneOf("EAP");
constexpr std::array kPpp = {
    String("AuthName"),
    String("AuthPassword"),
    Switch("TokenCard"),
    String("CommRemoteAddress"),
    Array("AuthEAPPlugins", kEapPlugin),
    Array("AuthProtocol", kPppProtocol),
    Switch("CCPMPPE40Enabled"),
    Switch("CCPMPPE128Enabled"),
    Switch("CCPEnabled"),
    Switch("DisconnectOnIdle"),
    Integer("DisconnectOnIdleTimer"),
};

constexpr std::array kIpv4 = {Switch("OverridePrimary")};

constexpr std::array kDns = {
    String("DNSProtocol").Required().OneOf("Cleartext|HTTPS|TLS").Since("11.0"),
    String("ServerURL").Since("11.0"),
    String("ServerName").Since("11.0"),
    Strings("ServerAddresses").Required().Since("10.12"),
    Strings("SearchDomains").Since("10.12"),
    String("DomainName").Since("10.12"),
    Strings("SupplementalMatchDomains").Since("10.12"),
    Switch("SupplementalMatchDomainsNoSearch").Since("10.12"),
    String("PayloadCertificateUUID").Since("13.0"),
};

constexpr std::array kProxies = {
    Switch("ProxyAutoConfigEnable"),
    Switch("ProxyAutoDiscoveryEnable"),
    String("ProxyAutoConfigURLString"),
    Strings("SupplementalMatchDomains"),
    Switch("HTTPEnable"),
    String("HTTPProxy"),
    Integer("HTTPPort").Between(0, 65535),
    String("HTTPProxyUsername"),
    String("HTTPProxyPassword"),
    Switch("HTTPSEnable"),
    String("HTTPSProxy"),
    Integer("HTTPSPort").Between(0, 65535),
};

constexpr std::array kVendor = {String("Realm"), String("Role"), String("Group"),
                                String("LoginGroupOrDomain"), Any("*")};

constexpr std::array kVpn = {
    String("VPNType").Required().OneOf("VPN|L2TP|IPSec|IKEv2|AlwaysOn|TransparentProxy"),
    String("VPNSubType"),
    String("UserDefinedName").Required(),
    Dict("VendorConfig", kVendor),
    Dict("VPN", kProvider),
    Dict("IPv4", kIpv4),
    Dict("PPP", kPpp),
    Dict("IPSec", kIpSec),
    Dict("IKEv2", kIkev2),
    Dict("DNS", kDns),
    Dict("Proxies", kProxies),
    Dict("AlwaysOn").NotOnMac(),
    Dict("TransparentProxy", kTransparentProxy).Since("14.0"),
};

// By a note in Apple's text a per-app VPN has every key of a VPN, too.
constexpr auto kAppLayer = Join(kVpn, std::array{
                                          String("VPNUUID").Required(),
                                          String("CellularSliceUUID").NotOnMac(),
                                          Strings("SafariDomains"),
                                          Strings("MailDomains").Since("10.15"),
                                          Strings("CalendarDomains").Since("10.15"),
                                          Strings("ContactsDomains").Since("10.15"),
                                          Strings("AssociatedDomains").Since("11.0"),
                                          Strings("ExcludedDomains").Since("11.0"),
                                          Boolean("OnDemandMatchAppEnabled"),
                                          Strings("SMBDomains").NotOnMac(),
                                      });

constexpr std::array kMatchTool = {
    String("DesignatedRequirement").Required(),
    String("SigningIdentifier").Required(),
    String("Path"),
};
constexpr Key kMatchToolItem = Dict("", kMatchTool);
constexpr std::array kMapping = {
    String("Identifier").Required(),
    String("VPNUUID").Required(),
    String("DesignatedRequirement").Required().Since("10.10"),
    String("SigningIdentifier").Required().Since("10.10"),
    String("Path").Since("10.15"),
    Array("MatchTools", kMatchToolItem).Since("10.15.4"),
};
constexpr Key kMappingItem = Dict("", kMapping);
constexpr std::array kAppMapping = {Array("AppLayerVPNMapping", kMappingItem).Required()};

}  // namespace

absl::Span<const Key> VpnKeys() {
  return kVpn;
}
absl::Span<const Key> AppLayerVpnKeys() {
  return kAppLayer;
}
absl::Span<const Key> AppMappingKeys() {
  return kAppMapping;
}

}  // namespace holdfast::payloads

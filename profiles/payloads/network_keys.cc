// DNS, content filters and relays.
#include "profiles/payloads/network_keys.h"

#include <array>

#include "profiles/payloads/on_demand_keys.h"

namespace holdfast::payloads {
namespace {

constexpr std::array kDnsProxy = {
    String("AppBundleIdentifier").Required(),
    String("ProviderBundleIdentifier"),
    String("ProviderDesignatedRequirement").Since("27.0"),
    Dict("ProviderConfiguration"),
    String("DNSProxyUUID").NotOnMac(),
};

constexpr std::array kDnsServer = {
    String("DNSProtocol").Required().OneOf("HTTPS|TLS"),
    String("ServerURL"),
    String("ServerName"),
    Strings("ServerAddresses"),
    Strings("SupplementalMatchDomains"),
    Boolean("AllowFailover").Since("26.0"),
};
constexpr std::array kDnsParameter = {
    Strings("Domains").Required(),
    String("DomainAction").Required().OneOf("NeverConnect|ConnectIfNeeded"),
};
constexpr Key kDnsParameterItem = Dict("", kDnsParameter);
constexpr std::array kDnsRule = {
    String("Action").Required().OneOf("Connect|Disconnect|EvaluateConnection"),
    Array("ActionParameters", kDnsParameterItem),
    Strings("DNSDomainMatch"),
    Strings("DNSServerAddressMatch"),
    String("InterfaceTypeMatch").OneOf("Ethernet|WiFi|Cellular"),
    Strings("SSIDMatch"),
    String("URLStringProbe"),
};
constexpr Key kDnsRuleItem = Dict("", kDnsRule);
constexpr std::array kDnsSettings = {
    Dict("DNSSettings", kDnsServer).Required(),
    Array("OnDemandRules", kDnsRuleItem),
    Boolean("ProhibitDisablement"),
    String("PayloadCertificateUUID").Since("13.0"),
};

constexpr std::array kBookmark = {String("URL").Required(), String("Title").Required()};
constexpr Key kBookmarkItem = Dict("", kBookmark);
constexpr std::array kUrlFilter = {
    String("PIRServerURL").Required(),
    String("PIRPrivacyPassIssuerURL").Required(),
    String("PIRAuthenticationToken").Required(),
    Any("*"),
};
constexpr std::array kFilter = {
    String("FilterType").OneOf("BuiltIn|Plugin"),
    Boolean("AutoFilterEnabled").NotOnMac(),
    Strings("PermittedURLs").NotOnMac(),
    Strings("BlacklistedURLs").NotOnMac(),
    Strings("DenyListURLs").NotOnMac(),
    Boolean("HideDenyListURLs").NotOnMac(),
    Array("WhitelistedBookmarks", kBookmarkItem).NotOnMac(),
    Array("AllowListBookmarks", kBookmarkItem).NotOnMac(),
    String("UserDefinedName"),
    String("PluginBundleID"),
    String("ServerAddress"),
    String("UserName"),
    String("Password"),
    String("PayloadCertificateUUID"),
    String("Organization"),
    Dict("VendorConfig"),
    Boolean("FilterBrowsers").NotOnMac(),
    Boolean("FilterSockets"),
    String("FilterDataProviderDesignatedRequirement"),
    String("FilterDataProviderBundleIdentifier"),
    Boolean("FilterPackets"),
    String("FilterPacketProviderDesignatedRequirement"),
    String("FilterPacketProviderBundleIdentifier"),
    String("FilterGrade").OneOf("firewall|inspector"),
    String("ContentFilterUUID").NotOnMac(),
    Boolean("FilterURLs").Since("26.0"),
    Dict("URLFilterParameters", kUrlFilter).Since("26.0"),
    Boolean("SafariHistoryRetentionEnabled").Since("26.0"),
};

constexpr Key kRawKey = Data("");
constexpr std::array kRelay = {
    String("HTTP3RelayURL"),          String("HTTP2RelayURL"),         Dict("AdditionalHTTPHeaderFields"),
    String("PayloadCertificateUUID"), Array("RawPublicKeys", kRawKey),
};
constexpr Key kRelayItem = Dict("", kRelay);
constexpr std::array kRelays = {
    Array("Relays", kRelayItem).Required(),
    Strings("MatchDomains"),
    Strings("ExcludedDomains"),
    String("RelayUUID"),
    Boolean("UIToggleEnabled").Since("26.0"),
    Boolean("AllowDNSFailover").Since("26.0"),
};

}  // namespace

absl::Span<const Key> DnsProxyKeys() {
  return kDnsProxy;
}
absl::Span<const Key> DnsSettingsKeys() {
  return kDnsSettings;
}
absl::Span<const Key> FilterKeys() {
  return kFilter;
}
absl::Span<const Key> RelayKeys() {
  return kRelays;
}

}  // namespace holdfast::payloads

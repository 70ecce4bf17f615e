#include "profiles/declarations/mapping.h"

#include <array>

namespace holdfast::profiles {
namespace {

constexpr KeyForm kSame = KeyForm::kSame;
constexpr KeyForm kSwitch = KeyForm::kSwitch;
constexpr KeyForm kComposed = KeyForm::kComposed;

// network.vpn.ikev2
constexpr KeyPair kIkev2[] = {
    {"UserDefinedName", "VisibleName"},
    {"IKEv2.RemoteAddress", "HostName"},
    {"IKEv2.LocalIdentifier", "LocalIdentifier"},
    {"IKEv2.RemoteIdentifier", "RemoteIdentifier"},
    {"IKEv2.AuthenticationMethod", "Authentication.Method"},
    {"IKEv2.CertificateType", "Authentication.IdentityCertificateType"},
    {"IKEv2.ExtendedAuthEnabled", "Authentication.ExtendedAuth.Enabled", kSwitch},
    {"IKEv2.ServerCertificateIssuerCommonName",
     "Authentication.ExtendedAuth.ServerCertificateIssuerCommonName"},
    {"IKEv2.ServerCertificateCommonName", "Authentication.ExtendedAuth.ServerCertificateCommonName"},
    {"IKEv2.TLSMinimumVersion", "Authentication.ExtendedAuth.TLSMinimumVersion"},
    {"IKEv2.TLSMaximumVersion", "Authentication.ExtendedAuth.TLSMaximumVersion"},
    {"IKEv2.IncludeAllNetworks", "NetworkRouting.IncludeAllNetworks", kSwitch},
    {"IKEv2.EnforceRoutes", "NetworkRouting.EnforceRoutes", kSwitch},
    {"IKEv2.ExcludeLocalNetworks", "NetworkRouting.ExcludeLocalNetworks", kSwitch},
    {"IKEv2.ExcludeCellularServices", "NetworkRouting.ExcludeCellularServices", kSwitch},
    {"IKEv2.ExcludeAPNs", "NetworkRouting.ExcludeAPNs", kSwitch},
    {"IKEv2.ExcludeDeviceCommunication", "NetworkRouting.ExcludeDeviceCommunication", kSwitch},
    {"IKEv2.DisconnectOnIdle", "Idle.Disconnect", kSwitch},
    {"IKEv2.DisconnectOnIdleTimer", "Idle.Timer"},
    {"IKEv2.DeadPeerDetectionRate", "Idle.DeadPeerDetectionRate"},
    {"IKEv2.OnDemandEnabled", "OnDemand.Enabled", kSwitch},
    {"IKEv2.OnDemandRules", "OnDemand.Rules"},
    {"IKEv2.UseConfigurationAttributeInternalIPSubnet", "UseConfigurationAttributeInternalIPSubnet", kSwitch},
    {"IKEv2.DisableMOBIKE", "DisableMOBIKE", kSwitch},
    {"IKEv2.DisableRedirect", "DisableRedirect", kSwitch},
    {"IKEv2.NATKeepAliveOffloadEnable", "EnableNATKeepAliveOffload", kSwitch},
    {"IKEv2.NATKeepAliveInterval", "NATKeepAliveInterval"},
    {"IKEv2.EnablePFS", "EnablePFS", kSwitch},
    {"IKEv2.EnableCertificateRevocationCheck", "EnableCertificateRevocationCheck", kSwitch},
    {"IKEv2.MTU", "MTU"},
    {"IKEv2.EnforceStrictAlgorithmSelection", "EnforceStrictAlgorithmSelection", kSwitch},
    {"IKEv2.PPKIdentifier", "PostQuantumKeyExchange.PPKIdentifier"},
    {"IKEv2.PPKMandatory", "PostQuantumKeyExchange.PPKMandatory", kSwitch},
    {"IKEv2.AllowPostQuantumKeyExchangeFallback", "PostQuantumKeyExchange.AllowFallback", kSwitch},
    {"IKEv2.IKESecurityAssociationParameters", "IKESecurityAssociationParameters"},
    {"IKEv2.ChildSecurityAssociationParameters", "ChildSecurityAssociationParameters"},
    {"DNS.DNSProtocol", "DNS.Protocol"},
    {"DNS.ServerURL", "DNS.ServerURL"},
    {"DNS.ServerName", "DNS.ServerName"},
    {"DNS.ServerAddresses", "DNS.ServerAddresses"},
    {"DNS.SearchDomains", "DNS.SearchDomains"},
    {"DNS.DomainName", "DNS.DomainName"},
    {"DNS.SupplementalMatchDomains", "DNS.SupplementalMatchDomains"},
    {"DNS.SupplementalMatchDomainsNoSearch", "DNS.SupplementalMatchDomainsNoSearch", kSwitch},
};
constexpr absl::string_view kIkev2Secrets[] = {"IKEv2.SharedSecret", "IKEv2.AuthName", "IKEv2.AuthPassword",
                                               "IKEv2.PayloadCertificateUUID"};

// network.vpn.vpn-plugin
constexpr KeyPair kPlugin[] = {
    {"UserDefinedName", "VisibleName"},
    {"VPN.RemoteAddress", "HostName"},
    {"VPNSubType", "SubType"},
    {"VendorConfig", "VendorConfig"},
    {"VPN.AuthenticationMethod", "Authentication.Method"},
    {"VPN.ProviderType", "Provider.Type"},
    {"VPN.ProviderBundleIdentifier", "Provider.ComposedIdentifier", kComposed,
     "VPN.ProviderDesignatedRequirement"},
    {"VPN.IncludeAllNetworks", "NetworkRouting.IncludeAllNetworks", kSwitch},
    {"VPN.EnforceRoutes", "NetworkRouting.EnforceRoutes", kSwitch},
    {"VPN.ExcludeLocalNetworks", "NetworkRouting.ExcludeLocalNetworks", kSwitch},
    {"VPN.ExcludeCellularServices", "NetworkRouting.ExcludeCellularServices", kSwitch},
    {"VPN.ExcludeAPNs", "NetworkRouting.ExcludeAPNs", kSwitch},
    {"VPN.ExcludeDeviceCommunication", "NetworkRouting.ExcludeDeviceCommunication", kSwitch},
    {"VPN.DisconnectOnIdle", "Idle.Disconnect", kSwitch},
    {"VPN.DisconnectOnIdleTimer", "Idle.Timer"},
    {"VPN.OnDemandEnabled", "OnDemand.Enabled", kSwitch},
    {"VPN.OnDemandRules", "OnDemand.Rules"},
};
constexpr absl::string_view kPluginSecrets[] = {"VPN.AuthName", "VPN.Password", "VPN.AuthPassword",
                                                "VPN.PayloadCertificateUUID"};

// webcontent-filter.plugin
constexpr KeyPair kFilter[] = {
    {"UserDefinedName", "VisibleName"},
    {"PluginBundleID", "PluginBundleID"},
    {"ServerAddress", "ServerAddress"},
    {"Organization", "Organization"},
    {"VendorConfig", "VendorConfig"},
    {"FilterGrade", "Filter.Grade"},
    {"FilterSockets", "Filter.Sockets.Enabled"},
    {"FilterDataProviderBundleIdentifier", "Filter.Sockets.ProviderComposedIdentifier", kComposed,
     "FilterDataProviderDesignatedRequirement"},
    {"FilterPackets", "Filter.Packets.Enabled"},
    {"FilterPacketProviderBundleIdentifier", "Filter.Packets.ProviderComposedIdentifier", kComposed,
     "FilterPacketProviderDesignatedRequirement"},
};
constexpr absl::string_view kFilterSecrets[] = {"UserName", "Password", "PayloadCertificateUUID"};

// network.dns-proxy
constexpr KeyPair kDnsProxy[] = {
    {"PayloadDisplayName", "VisibleName"},
    {"AppBundleIdentifier", "AppBundleIdentifier"},
    {"ProviderBundleIdentifier", "ProviderComposedIdentifier", kComposed, "ProviderDesignatedRequirement"},
    {"ProviderConfiguration", "ProviderConfiguration", kSame},
};

constexpr std::array kKinds = {
    DeclarationKind{"com.apple.configuration.network.vpn.ikev2",
                    "com.apple.vpn.managed",
                    {"VPNType", "IKEv2"},
                    kIkev2,
                    kIkev2Secrets},
    DeclarationKind{"com.apple.configuration.network.vpn.vpn-plugin",
                    "com.apple.vpn.managed",
                    {"VPNType", "VPN"},
                    kPlugin,
                    kPluginSecrets},
    DeclarationKind{"com.apple.configuration.webcontent-filter.plugin",
                    "com.apple.webcontent-filter",
                    {"FilterType", "Plugin"},
                    kFilter,
                    kFilterSecrets},
    DeclarationKind{
        "com.apple.configuration.network.dns-proxy", "com.apple.dnsProxy.managed", {}, kDnsProxy, {}},
};

}  // namespace

absl::Span<const DeclarationKind> DeclarationKinds() {
  return kKinds;
}

}  // namespace holdfast::profiles

// The dictionary IKEv2 of com.apple.vpn.managed.
#pragma once

#include <array>

#include "profiles/payloads/key.h"
#include "profiles/payloads/on_demand_keys.h"

namespace holdfast::payloads {

inline constexpr Key kPostQuantumMethod = Integer("").OneOf("0|36|37");

inline constexpr std::array kSecurityAssociation = {
    String("EncryptionAlgorithm").OneOf("DES|3DES|AES-128|AES-256|AES-128-GCM|AES-256-GCM|ChaCha20Poly1305"),
    String("IntegrityAlgorithm").OneOf("SHA1-96|SHA1-160|SHA2-256|SHA2-384|SHA2-512"),
    Integer("DiffieHellmanGroup").OneOf("1|2|5|14|15|16|17|18|19|20|21|31|32"),
    Integer("LifeTimeInMinutes").Between(10, 1440),
    Array("PostQuantumKeyExchangeMethods", kPostQuantumMethod).Since("26.0"),
};

inline constexpr std::array kIkev2 = {
    String("RemoteAddress").Required(),
    String("LocalIdentifier").Required(),
    String("RemoteIdentifier").Required(),
    String("AuthenticationMethod").Required().OneOf("None|SharedSecret|Certificate"),
    String("CertificateType").OneOf("RSA|ECDSA256|ECDSA384|ECDSA521|RSA-PSS"),
    String("PayloadCertificateUUID"),
    String("Password"),
    String("ProviderBundleIdentifier"),
    String("ProviderDesignatedRequirement").Since("10.15"),
    String("SharedSecret"),
    Switch("ExtendedAuthEnabled"),
    String("AuthName"),
    String("AuthPassword"),
    Switch("OnDemandEnabled"),
    Switch("OnDemandUserOverrideDisabled").NotOnMac(),
    Array("OnDemandRules", kOnDemandRuleItem),
    String("DeadPeerDetectionRate").OneOf("None|Low|Medium|High"),
    String("ServerCertificateIssuerCommonName"),
    String("ServerCertificateCommonName"),
    String("TLSMinimumVersion").OneOf("1.0|1.1|1.2").Since("10.13"),
    String("TLSMaximumVersion").OneOf("1.0|1.1|1.2").Since("10.13"),
    Switch("UseConfigurationAttributeInternalIPSubnet"),
    Switch("DisableMOBIKE"),
    Switch("DisableRedirect"),
    Switch("DisconnectOnIdle"),
    Integer("DisconnectOnIdleTimer"),
    Switch("NATKeepAliveOffloadEnable"),
    Integer("NATKeepAliveInterval"),
    Switch("EnablePFS"),
    Switch("EnableCertificateRevocationCheck"),
    Switch("EnableFallback").NotOnMac(),
    Integer("MTU").Between(1280, 1400).Since("11.0"),
    String("ProviderType").OneOf("packet-tunnel|app-proxy"),
    Switch("IncludeAllNetworks").Since("10.15"),
    Switch("EnforceRoutes").Since("11.0"),
    Switch("ExcludeLocalNetworks").Since("10.15"),
    Switch("ExcludeCellularServices").Since("13.3"),
    Switch("ExcludeAPNs").Since("13.3"),
    Switch("ExcludeDeviceCommunication").Since("14.4"),
    Data("PPK").Since("15.0"),
    String("PPKIdentifier").Since("15.0"),
    Switch("PPKMandatory").Since("15.0"),
    Switch("EnforceStrictAlgorithmSelection").Since("15.5"),
    Switch("AllowPostQuantumKeyExchangeFallback").Since("26.0"),
    Dict("IKESecurityAssociationParameters", kSecurityAssociation),
    Dict("ChildSecurityAssociationParameters", kSecurityAssociation),
};

}  // namespace holdfast::payloads

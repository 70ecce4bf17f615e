// A spec with every kind of part, and the files that it names.
#pragma once

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "profiles/spec/spec.h"

namespace holdfast::profiles {

inline constexpr char kFleet[] = R"yaml(organization: Example Corp
identifier: com.example.mac
holdfast: {teamIdentifier: ABCDE12345}
profiles:
  - id: vpn
    name: Corporate VPN
    removalDisallowed: true
    parts:
      - kind: authority
        file: ca.pem
      - kind: pkcs12
        id: identity
        file: identity.p12
        passwordFile: identity.password
      - kind: ikev2
        name: Corporate VPN
        server: vpn.example.com
        localIdentifier: mac@example.com
        authentication: certificate
        certificate: identity
        identityAsset: com.example.identity
        mtu: 1300
        deadPeerDetection: high
        includeAllNetworks: true
        disconnectAfterIdle: 10m
        natKeepAlive: 20s
        serverCertificateIssuer: Example CA
        certificateType: ECDSA384
        dns: {servers: [10.0.0.53], matchDomains: [example.com]}
        onDemand:
          - {action: disconnect, ssids: [Office]}
          - action: evaluate
            dnsDomains: [guest.example.com]
            connections:
              - {domains: [intra.example.com], action: connect-if-needed, dnsServers: [10.0.0.53]}
          - {action: connect}
  - id: security
    name: Security
    parts:
      - kind: vpn
        id: tunnel
        name: Vendor VPN
        app: com.vendor.app
        server: gate.vendor.example
        credentialsAsset: com.example.credentials
        provider: {bundleIdentifier: com.vendor.app.tunnel, teamIdentifier: VENDOR1234}
        vendorConfig: {region: eu, depth: 2, tags: [a, b], nested: {on: true}}
      - kind: transparent-proxy
        name: Vendor Proxy
        app: com.vendor.app
        order: 1
        provider: {bundleIdentifier: com.vendor.app.proxy, teamIdentifier: VENDOR1234}
      - kind: content-filter
        app: com.vendor.app
        grade: inspector
        sockets: {bundleIdentifier: com.vendor.app.filter, teamIdentifier: VENDOR1234}
        packets: {bundleIdentifier: com.vendor.app.filter, teamIdentifier: VENDOR1234}
      - kind: dns-proxy
        app: com.other.app
        provider: {bundleIdentifier: com.other.app.dns, teamIdentifier: OTHER12345}
  - id: holdfast
    parts:
      - kind: service-management
        rules:
          - {type: label-prefix, value: com.vendor., teamIdentifier: VENDOR1234, comment: Vendor's jobs}
      - {kind: notifications}
      - {kind: privacy}
      - {kind: preferences, policy: policy.yaml}
)yaml";

inline absl::StatusOr<std::string> FleetFile(const std::string& path) {
  static const auto& files = *new std::map<std::string, std::string>{
      {"ca.pem", "-----BEGIN CERTIFICATE-----\n"},
      {"identity.p12", "\x30\x82 identity"},
      {"identity.password", "open sesame\n"},
      {"secret", "shared secret\nsecond line"},
      {"empty", "\n"},
      {"policy.yaml", "policyVersion: 3\n"},
      {"bad-policy.yaml", "policyVersion: soon\n"},
  };
  const auto file = files.find(path);
  if (file != files.end()) return file->second;
  return absl::NotFoundError(absl::StrCat("opening '", path, "': no such file"));
}

inline absl::StatusOr<SpecResult> Made(absl::string_view text, SpecForm form = SpecForm::kProfile) {
  return GenerateFromSpec(text, "fleet.yaml", form, FleetFile);
}

}  // namespace holdfast::profiles

// IKEv2: algorithms, authentication, post-quantum keys.
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/mobileconfig/payloads.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

using plist::Text;
using plist::Value;

constexpr Rule kWeak = {.id = "ikev2-algorithm-removed",
                        .severity = Severity::kError,
                        .title = "An algorithm is gone from macOS 26",
                        .why =
                            "DES, 3DES, SHA1-96, SHA1-160 and the Diffie-Hellman groups 1, 2 and 5 were "
                            "removed. A Mac that is updated "
                            "to macOS 26 does not connect any more; before, the tunnel is weak.",
                        .fix = "use AES-256-GCM, SHA2-256 and group 19 or above, on the gateway first",
                        .reference = "Apple: VPN.IKEv2, security association parameters (text for macOS 26)"};
constexpr Rule kDefaultGroup = {
    .id = "ikev2-child-weaker",
    .severity = Severity::kWarning,
    .title = "The traffic is encrypted more weakly than the key exchange",
    .why =
        "The child association carries the data. What protects the exchange of keys better than the data "
        "protects "
        "nothing more.",
    .fix =
        "give ChildSecurityAssociationParameters at least the strength of IKESecurityAssociationParameters",
    .reference = "RFC 8247; RFC 8221"};
constexpr Rule kPpk = {.id = "ikev2-ppk-incomplete",
                       .severity = Severity::kError,
                       .title = "PPK and PPKIdentifier do not come together",
                       .why =
                           "A post-quantum preshared key is found by its identifier on the gateway; one "
                           "without the other is refused.",
                       .fix = "write both PPK and PPKIdentifier, or neither",
                       .reference = "Apple: VPN.IKEv2, PPK; RFC 8784"};
constexpr Rule kNone = {
    .id = "ikev2-no-authentication",
    .severity = Severity::kError,
    .title = "AuthenticationMethod is None and extended authentication is off",
    .why =
        "None means: by EAP alone. Without ExtendedAuthEnabled the Mac offers nothing and the gateway "
        "refuses.",
    .fix = "set ExtendedAuthEnabled to 1, or AuthenticationMethod to Certificate or SharedSecret",
    .reference = "Apple: VPN.IKEv2, AuthenticationMethod"};
constexpr Rule kIssuer = {
    .id = "ikev2-certificate-type-without-issuer",
    .severity = Severity::kWarning,
    .title = "CertificateType stands without ServerCertificateIssuerCommonName",
    .why =
        "The type is used to ask the gateway for a certificate of that issuer; without the issuer's name it "
        "has no "
        "effect.",
    .fix =
        "add ServerCertificateIssuerCommonName, the common name of the authority that issued the gateway's "
        "certificate",
    .reference = "Apple: VPN.IKEv2, CertificateType"};
constexpr Rule kKeepAlive = {
    .id = "ikev2-keepalive-too-short",
    .severity = Severity::kWarning,
    .title = "NATKeepAliveInterval is below 20 seconds",
    .why = "20 seconds is the least that macOS takes; a sleeping Mac's network card sends these packets.",
    .fix = "write 20 or more, or leave it out",
    .reference = "Apple: VPN.IKEv2, NATKeepAliveInterval"};
constexpr Rule kSubtype = {
    .id = "ikev2-subtype",
    .severity = Severity::kWarning,
    .title = "VPNSubType of an IKEv2 VPN is not empty",
    .why = "For IKEv2 the key is reserved and must hold an empty text where it is written.",
    .fix = "leave VPNSubType out",
    .reference = "Apple: VPN, VPNSubType"};
constexpr Rule kNoDetection = {
    .id = "ikev2-no-dead-peer-detection",
    .severity = Severity::kWarning,
    .title = "Dead peer detection is off",
    .why =
        "When the gateway goes away without a word, the Mac stays 'connected' for ever and its traffic goes "
        "nowhere.",
    .fix = "leave DeadPeerDetectionRate out (10 minutes), or set it to High (1 minute)",
    .reference = "Apple: VPN.IKEv2, DeadPeerDetectionRate; RFC 3706"};

constexpr std::array kRules = {&kWeak,   &kDefaultGroup, &kPpk,     &kNone,
                               &kIssuer, &kKeepAlive,    &kSubtype, &kNoDetection};
constexpr RuleGroup kGroup = {"ikev2", "IKEv2", kRules};

constexpr MacOsVersion kRemovedIn{26, 0, 0};
constexpr std::array<absl::string_view, 2> kAssociations = {"IKESecurityAssociationParameters",
                                                            "ChildSecurityAssociationParameters"};

bool IsRemoved(absl::string_view key, const Value& value) {
  const std::string* text = value.As<std::string>();
  const int64_t* number = value.As<int64_t>();
  if (key == "EncryptionAlgorithm") return text != nullptr && (*text == "DES" || *text == "3DES");
  if (key == "IntegrityAlgorithm") return text != nullptr && (*text == "SHA1-96" || *text == "SHA1-160");
  return number != nullptr && (*number == 1 || *number == 2 || *number == 5);
}

// Only to compare: more is stronger.
int Strength(absl::string_view algorithm) {
  if (algorithm == "DES") return 1;
  if (algorithm == "3DES") return 2;
  if (absl::StartsWith(algorithm, "AES-128")) return 3;
  return 4;  // AES-256, which is the default, and ChaCha20Poly1305
}

void CheckAlgorithms(const PayloadView& payload, const Value& ike, Sink& sink) {
  for (absl::string_view name : kAssociations) {
    const Value* association = plist::SubDict(ike, name);
    if (association == nullptr) continue;
    for (absl::string_view key : {"EncryptionAlgorithm", "IntegrityAlgorithm", "DiffieHellmanGroup"}) {
      const Value* value = association->Find(key);
      if (value == nullptr || !IsRemoved(key, *value)) continue;
      const std::string* text = value->As<std::string>();
      Finding& finding =
          sink.Add(kWeak, payload.At(absl::StrCat("IKEv2.", name, ".", key)),
                   absl::StrCat(name, ".", key, " is ",
                                text != nullptr ? *text : absl::StrCat(*value->As<int64_t>())));
      if (!payload.file().options().ReachesTo(kRemovedIn)) finding.severity = Severity::kWarning;
    }
  }
}

void CheckStrength(const PayloadView& payload, const Value& ike, Sink& sink) {
  std::array<std::string, 2> algorithms;
  for (size_t i = 0; i < kAssociations.size(); ++i) {
    const Value* association = plist::SubDict(ike, kAssociations[i]);
    if (association != nullptr) algorithms[i] = Text(*association, "EncryptionAlgorithm");
  }
  if (Strength(algorithms[1]) >= Strength(algorithms[0])) return;
  sink.Add(kDefaultGroup, payload.At("IKEv2.ChildSecurityAssociationParameters.EncryptionAlgorithm"),
           absl::StrCat("the child association has ", algorithms[1], ", the key exchange ",
                        algorithms[0].empty() ? "AES-256 (the default)" : algorithms[0]));
}

void CheckAuthentication(const PayloadView& payload, const Value& ike, Sink& sink) {
  const bool eap = plist::Switch(ike, "ExtendedAuthEnabled").value_or(false);
  if (Text(ike, "AuthenticationMethod") == "None" && !eap) {
    sink.Add(kNone, payload.At("IKEv2.AuthenticationMethod"),
             "IKEv2.AuthenticationMethod is 'None' and ExtendedAuthEnabled is not 1");
  }
  if (!Text(ike, "CertificateType").empty() && Text(ike, "ServerCertificateIssuerCommonName").empty()) {
    sink.Add(kIssuer, payload.At("IKEv2.CertificateType"),
             absl::StrCat("CertificateType is '", Text(ike, "CertificateType"),
                          "' and ServerCertificateIssuerCommonName is missing"));
  }
  const bool key = ike.Find("PPK") != nullptr, identifier = !Text(ike, "PPKIdentifier").empty();
  if (key != identifier) {
    sink.Add(kPpk, payload.At(key ? "IKEv2.PPK" : "IKEv2.PPKIdentifier"),
             key ? "PPK is there and PPKIdentifier is missing" : "PPKIdentifier is there and PPK is missing");
  }
}

void CheckTimers(const PayloadView& payload, const Value& ike, Sink& sink) {
  const Value* interval = ike.Find("NATKeepAliveInterval");
  const int64_t* seconds = interval == nullptr ? nullptr : interval->As<int64_t>();
  if (seconds != nullptr && *seconds < 20) {
    sink.Add(kKeepAlive, payload.At("IKEv2.NATKeepAliveInterval"),
             absl::StrCat("NATKeepAliveInterval is ", *seconds));
  }
  if (Text(ike, "DeadPeerDetectionRate") == "None") {
    sink.Add(kNoDetection, payload.At("IKEv2.DeadPeerDetectionRate"), "DeadPeerDetectionRate is 'None'");
  }
}

}  // namespace

const RuleGroup& Ikev2Rules() {
  return kGroup;
}

void CheckIkev2(const FileView& file, Sink& sink) {
  for (const PayloadView& payload : file.payloads()) {
    const Value* ike = plist::SubDict(payload.value(), "IKEv2");
    if (payload.type() != profiles::kVpnPayload || payload.Text("VPNType") != "IKEv2" || ike == nullptr)
      continue;
    if (!payload.Text("VPNSubType").empty()) {
      sink.Add(kSubtype, payload.At("VPNSubType"),
               absl::StrCat("VPNSubType is '", payload.Text("VPNSubType"), "'"));
    }
    CheckAlgorithms(payload, *ike, sink);
    CheckStrength(payload, *ike, sink);
    CheckAuthentication(payload, *ike, sink);
    CheckTimers(payload, *ike, sink);
  }
}

}  // namespace holdfast::lint

// com.apple.vpn.managed with VPNType IKEv2.
#include "absl/strings/str_cat.h"
#include "profiles/spec/parts.h"

namespace holdfast::profiles {
namespace {

using plist::Array;
using plist::Dict;

// DES, 3DES, SHA-1 and groups below 14 are not offered: macOS 26 took them away (Apple's schema text).
constexpr absl::string_view kEncryption = "AES-256-GCM, AES-128-GCM, ChaCha20Poly1305, AES-256, AES-128";
constexpr absl::string_view kIntegrity = "SHA2-256, SHA2-384, SHA2-512";
constexpr absl::string_view kGroups = "14, 15, 16, 17, 18, 19, 20, 21, 31, 32";

struct Algorithms {
  std::string encryption = "AES-256-GCM";
  std::string integrity = "SHA2-384";
  int64_t group = 20;  // 384-bit elliptic curve
  int64_t minutes = 1440;
};

bool IsGroup(int64_t group) {
  return (group >= 14 && group <= 21) || group == 31 || group == 32;
}

int KeyBits(absl::string_view encryption) {
  return encryption == "AES-128" || encryption == "AES-128-GCM" ? 128 : 256;
}

Algorithms ReadAlgorithms(SpecSection& part, absl::string_view key, Algorithms out) {
  std::optional<SpecSection> section = part.Section(key);
  if (!section) return out;
  out.encryption = section->Choice("encryption", kEncryption).value_or(out.encryption);
  out.integrity = section->Choice("integrity", kIntegrity).value_or(out.integrity);
  out.group = section->Whole("diffieHellmanGroup", 14, 32).value_or(out.group);
  if (!IsGroup(out.group)) {
    section->Error("diffieHellmanGroup", absl::StrCat(out.group, " is not one of: ", kGroups));
  }
  constexpr int64_t kMinute = 60;
  if (const auto seconds = section->Seconds("lifetime", 10 * kMinute, 1440 * kMinute)) {
    out.minutes = *seconds / kMinute;
  }
  section->Finish();
  return out;
}

Dict Parameters(const Algorithms& algorithms) {
  Dict out;
  out.Set("EncryptionAlgorithm", algorithms.encryption);
  out.Set("IntegrityAlgorithm", algorithms.integrity);
  out.Set("DiffieHellmanGroup", algorithms.group);
  out.Set("LifeTimeInMinutes", algorithms.minutes);
  return out;
}

void SetAlgorithms(SpecSection& part, Dict& out) {
  const Algorithms ike = ReadAlgorithms(part, "algorithms", {});
  const Algorithms child = ReadAlgorithms(part, "childAlgorithms", ike);
  if (KeyBits(child.encryption) > KeyBits(ike.encryption)) {
    part.Error("childAlgorithms",
               absl::StrCat(child.encryption, " is stronger than what protects its own keys, ",
                            ike.encryption, "; strengthen algorithms.encryption"));
  }
  out.Set("IKESecurityAssociationParameters", Parameters(ike));
  out.Set("ChildSecurityAssociationParameters", Parameters(child));
  out.Set("EnablePFS", Switch(true));
}

// What each way to authenticate needs, and what it must not have.
struct Credentials {
  std::string method;
  std::optional<std::string> secret, user, password, certificate;
};

Credentials ReadCredentials(SpecSection& part, const PartContext& context) {
  Credentials out;
  out.method =
      part.Choice("authentication", "certificate, shared-secret, eap-password, eap-tls").value_or("");
  if (out.method.empty() && !part.Has("authentication")) {
    part.Error("authentication", "is required: certificate, shared-secret, eap-password or eap-tls");
  }
  out.secret = SecretOf(part, "sharedSecretFile", context);
  out.user = part.Text("user");
  out.password = SecretOf(part, "passwordFile", context);
  out.certificate = CertificateOf(part, "certificate", context);
  return out;
}

void CheckCredentials(SpecSection& part, const Part& read, const Credentials& given) {
  const bool by_certificate = given.method == "certificate" || given.method == "eap-tls";
  if (by_certificate && !part.Has("certificate") && read.assets.identity.empty()) {
    part.Error("certificate",
               "is required: the id of a part of this profile of the kind pkcs12 or scep (a "
               "declaration: identityAsset)");
  }
  if (given.method == "shared-secret" && !part.Has("sharedSecretFile") && read.assets.credentials.empty()) {
    part.Error("sharedSecretFile",
               "is required: a file whose first line is the secret (a declaration: credentialsAsset)");
  }
  const auto only_for = [&](absl::string_view key, absl::string_view method) {
    if (part.Has(key) && given.method != method) {
      part.Error(key, absl::StrCat("counts with authentication: ", method, " only; remove it"));
    }
  };
  only_for("sharedSecretFile", "shared-secret");
  only_for("user", "eap-password");
  only_for("passwordFile", "eap-password");
  if (part.Has("certificate") && !by_certificate) {
    part.Error("certificate", "counts with authentication: certificate or eap-tls only; remove it");
  }
}

void SetCredentials(const Credentials& given, Dict& out) {
  const bool eap = given.method == "eap-password" || given.method == "eap-tls";
  // None with EAP is EAP alone (Apple's schema text).
  out.Set("AuthenticationMethod", eap                               ? "None"
                                  : given.method == "shared-secret" ? "SharedSecret"
                                                                    : "Certificate");
  out.Set("ExtendedAuthEnabled", Switch(eap));
  if (given.secret) out.Set("SharedSecret", *given.secret);
  if (given.user) out.Set("AuthName", *given.user);
  if (given.password) out.Set("AuthPassword", *given.password);
  if (given.certificate) out.Set("PayloadCertificateUUID", *given.certificate);
  if (given.method == "eap-tls") out.Set("TLSMinimumVersion", "1.2");
}

void SetServerCertificate(SpecSection& part, Dict& out) {
  const std::optional<std::string> type =
      part.Choice("certificateType", "RSA, ECDSA256, ECDSA384, ECDSA521, RSA-PSS");
  const std::optional<std::string> issuer = part.Text("serverCertificateIssuer"),
                                   name = part.Text("serverCertificateName");
  if (type && !issuer && !part.Has("serverCertificateIssuer")) {
    part.Error("certificateType", "needs serverCertificateIssuer beside it, says Apple's schema");
  }
  if (type) out.Set("CertificateType", *type);
  if (issuer) out.Set("ServerCertificateIssuerCommonName", *issuer);
  if (name) out.Set("ServerCertificateCommonName", *name);
  out.Set("EnableCertificateRevocationCheck", Switch(part.Flag("revocationCheck").value_or(true)));
}

std::string Rate(const std::string& choice) {
  if (choice == "none") return "None";
  if (choice == "low") return "Low";
  return choice == "high" ? "High" : "Medium";
}

void SetKeeping(SpecSection& part, Dict& out) {
  out.Set("DeadPeerDetectionRate",
          Rate(part.Choice("deadPeerDetection", "none, low, medium, high").value_or("medium")));
  out.Set("MTU", part.Whole("mtu", 1280, 1400).value_or(1280));
  out.Set("DisableMOBIKE", Switch(!part.Flag("mobike").value_or(true)));
  if (const auto redirect = part.Flag("redirect")) out.Set("DisableRedirect", Switch(!*redirect));
  if (const auto seconds = part.Seconds("natKeepAlive", 20, 3600)) {
    out.Set("NATKeepAliveOffloadEnable", Switch(true));
    out.Set("NATKeepAliveInterval", *seconds);
  }
}

void SetResolvers(SpecSection& part, Dict& payload) {
  std::optional<SpecSection> section = part.Section("dns");
  if (!section) return;
  Dict out;
  out.Set("DNSProtocol", "Cleartext");
  const auto set = [&](absl::string_view key, absl::string_view name) {
    Array texts;
    for (const std::string& text : section->Texts(key)) texts.emplace_back(text);
    if (!texts.empty()) out.Set(std::string(name), std::move(texts));
  };
  set("servers", "ServerAddresses");
  set("searchDomains", "SearchDomains");
  set("matchDomains", "SupplementalMatchDomains");
  if (out.Find("ServerAddresses") == nullptr) section->Error("servers", "at least one address is needed");
  section->Finish();
  payload.Set("DNS", std::move(out));
}

}  // namespace

void ReadIkev2(SpecSection& section, const PartContext& context, Part& part) {
  ReadAssets(section, part);
  Dict ikev2;
  const std::string server = section.RequiredText("server", "the gateway's host name or address");
  ikev2.Set("RemoteAddress", server);
  ikev2.Set("RemoteIdentifier", section.Text("remoteIdentifier").value_or(server));
  ikev2.Set("LocalIdentifier", section.RequiredText("localIdentifier",
                                                    "as whom the Mac comes: what the gateway expects, for a "
                                                    "certificate a name in it"));
  const Credentials credentials = ReadCredentials(section, context);
  CheckCredentials(section, part, credentials);
  SetCredentials(credentials, ikev2);
  SetServerCertificate(section, ikev2);
  SetAlgorithms(section, ikev2);
  SetKeeping(section, ikev2);
  ReadRouting(section, ikev2);
  SetIdle(section, ikev2);
  SetOnDemand(section, ikev2);
  Dict& out = part.payload.content;
  out.Set("UserDefinedName", part.payload.display_name);
  out.Set("VPNType", "IKEv2");
  out.Set("IKEv2", std::move(ikev2));
  SetResolvers(section, out);
}

}  // namespace holdfast::profiles

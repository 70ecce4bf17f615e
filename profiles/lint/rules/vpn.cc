// com.apple.vpn.managed: what makes a configuration of the payload, and its provider.
#include <array>
#include <set>

#include "absl/strings/str_cat.h"
#include "profiles/lint/requirement.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/mobileconfig/payloads.h"
#include "profiles/mobileconfig/vpn_kinds.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

using plist::Text;
using profiles::VpnDictionary;
using profiles::VpnKind;

constexpr char kApple[] = "Apple: VPN";

constexpr Rule kUnknownType = {.id = "vpn-unknown-type",
                               .severity = Severity::kError,
                               .title = "VPNType is missing or none that macOS has",
                               .why =
                                   "No configuration is made. PPTP, which macOS dropped in 10.12, installs "
                                   "without an error and does nothing.",
                               .fix = "set VPNType to IKEv2, VPN, TransparentProxy, L2TP or IPSec",
                               .reference = kApple};
constexpr Rule kAlwaysOn = {
    .id = "vpn-alwayson-not-on-macos",
    .severity = Severity::kError,
    .title = "VPNType is AlwaysOn",
    .why = "It exists on supervised iOS devices only. A Mac makes no configuration of it.",
    .fix = "use VPNType IKEv2 with OnDemandEnabled: AlwaysOn exists on supervised iOS devices only",
    .reference = "Apple: VPN, VPNType"};
constexpr Rule kDictionary = {
    .id = "vpn-missing-dictionary",
    .severity = Severity::kError,
    .title = "The dictionary of the VPNType is missing",
    .why = "All settings stand in it: without it macOS cannot create the configuration.",
    .fix = "add the dictionary: without it macOS cannot create the configuration",
    .reference = kApple};
constexpr Rule kSubtype = {
    .id = "vpn-missing-subtype",
    .severity = Severity::kError,
    .title = "VPNSubType is missing",
    .why =
        "For the types VPN and TransparentProxy it names the app that has the provider. Without it macOS "
        "does not "
        "know whose the configuration is. Apple requires it in prose only, so other checks let it pass.",
    .fix = "set VPNSubType to the bundle identifier of the VPN's app",
    .reference = "Apple: VPN, VPNSubType; fleetdm/fleet#40169"};
constexpr Rule kAddress = {.id = "vpn-missing-remote-address",
                           .severity = Severity::kError,
                           .title = "The gateway's address is missing",
                           .why = "There is nothing to connect to.",
                           .fix = "set it to the gateway's host name or address",
                           .reference = kApple};
constexpr Rule kRequirement = {
    .id = "vpn-missing-requirement",
    .severity = Severity::kError,
    .title = "A provider in a system extension has no ProviderDesignatedRequirement",
    .why = "macOS starts a system extension's provider only if its signature satisfies that requirement.",
    .fix =
        "add ProviderDesignatedRequirement: a provider in a system extension is not started without it "
        "(`holdfastctl inspect` prints it for an app)",
    .reference = "Apple: VPN.VPN, ProviderDesignatedRequirement"};
constexpr Rule kMismatch = {
    .id = "vpn-requirement-mismatch",
    .severity = Severity::kError,
    .title = "The designated requirement is for another identifier than the provider's",
    .why =
        "The provider's signature can never satisfy it: macOS finds the extension and refuses to start it.",
    .fix = "make the identifier in ProviderDesignatedRequirement and ProviderBundleIdentifier one",
    .reference = "Apple's own example of a transparent proxy has this flaw"};
constexpr Rule kAnchor = {
    .id = "requirement-without-anchor",
    .severity = Severity::kWarning,
    .title = "A requirement does not say who must have signed",
    .why =
        "An identifier can be claimed by anybody. Without an anchor and a team another program that calls "
        "itself "
        "the same satisfies the requirement.",
    .fix = "use the requirement that `codesign -d -r- APP` or `holdfastctl inspect APP` prints",
    .reference = "Apple: TN3127 Inside Code Signing: Requirements"};
constexpr Rule kProvider = {.id = "vpn-missing-provider",
                            .severity = Severity::kWarning,
                            .title = "A transparent proxy names no provider",
                            .why =
                                "On a Mac a transparent proxy is a system extension, and by Apple's text "
                                "ProviderBundleIdentifier is needed "
                                "for one. Without it macOS guesses from VPNSubType.",
                            .fix = "set ProviderBundleIdentifier to the extension's bundle identifier",
                            .reference = "Apple: VPN.TransparentProxy, ProviderBundleIdentifier; TN3134"};
constexpr Rule kMethod = {
    .id = "vpn-authentication-missing",
    .severity = Severity::kWarning,
    .title = "AuthenticationMethod is missing",
    .why =
        "Apple documents Password as the default. By what is known of the code a payload without a method, a "
        "certificate or a name with a password is refused: 'unsupported authen type'.",
    .fix = "write AuthenticationMethod: Password or Certificate",
    .reference = kDecompiled};
constexpr Rule kIdentity = {
    .id = "vpn-missing-identity",
    .severity = Severity::kError,
    .title = "The method is Certificate and no certificate is named",
    .why =
        "The Mac has nothing to prove who it is with: each connection fails. A provider of an app may bring "
        "its own "
        "certificate, so there it is a warning.",
    .fix = "set PayloadCertificateUUID to the PayloadUUID of the identity's payload in this profile",
    .reference = "Apple: VPN, PayloadCertificateUUID"};
constexpr Rule kBoth = {
    .id = "proxy-both-dictionaries",
    .severity = Severity::kWarning,
    .title = "A transparent proxy has the dictionaries VPN and TransparentProxy",
    .why = "macOS reads VPN and ignores TransparentProxy, and with it the Order.",
    .fix = "keep one: with both, macOS reads VPN and ignores TransparentProxy with its Order",
    .reference = kDecompiled};
constexpr Rule kName = {.id = "vpn-name-twice",
                        .severity = Severity::kWarning,
                        .title = "Two VPN payloads have the same UserDefinedName",
                        .why =
                            "macOS renames the second to 'Name 1'. People, scripts and policies that go by "
                            "the name get the wrong one.",
                        .fix = "give each a UserDefinedName of its own",
                        .reference = kDecompiled};

constexpr std::array kRules = {&kUnknownType, &kAlwaysOn, &kDictionary, &kSubtype,  &kAddress,
                               &kRequirement, &kMismatch, &kAnchor,     &kProvider, &kMethod,
                               &kIdentity,    &kBoth,     &kName};
constexpr RuleGroup kGroup = {"vpn", "VPN: what a configuration is made of", kRules};

void CheckType(const PayloadView& payload, Sink& sink) {
  const std::string type = payload.Text("VPNType");
  const Spot spot = payload.At("VPNType");
  if (type == "AlwaysOn") {
    sink.Add(kAlwaysOn, spot, "its VPNType is 'AlwaysOn'");
  } else if (type == "PPTP") {
    sink.Add(kUnknownType, spot, "its VPNType is 'PPTP', which macOS dropped in 10.12");
  } else {
    sink.Add(kUnknownType, spot,
             type.empty() ? "it has no VPNType"
                          : absl::StrCat("its VPNType is '", type, "', which macOS does not know"));
  }
}

class VpnChecker {
 public:
  VpnChecker(const PayloadView& payload, const VpnKind& kind, Sink& sink)
      : payload_(payload), kind_(kind), dict_(DictionaryOf(kind, payload.value())), sink_(sink) {}

  void Check() {
    CheckShape();
    if (dict_.value == nullptr) return;
    if (!kind_.address_key.empty() && Own(kind_.address_key).empty()) {
      sink_.Add(kAddress, At(kind_.address_key),
                absl::StrCat(dict_.name, ".", kind_.address_key, " is empty or missing"));
    }
    CheckProvider();
    CheckMethod();
  }

 private:
  std::string Own(absl::string_view key) const { return Text(*dict_.value, key); }
  Spot At(absl::string_view key) const { return payload_.At(absl::StrCat(dict_.name, ".", key)); }

  void CheckShape() {
    const bool both = !kind_.instead.empty() && plist::SubDict(payload_.value(), kind_.instead) != nullptr &&
                      plist::SubDict(payload_.value(), kind_.dictionary) != nullptr;
    if (both) {
      sink_.Add(kBoth, payload_.At(kind_.dictionary),
                absl::StrCat("it has the dictionaries ", kind_.instead, " and ", kind_.dictionary));
    }
    if (dict_.value == nullptr) {
      sink_.Add(kDictionary, payload_.At(kind_.dictionary),
                absl::StrCat("its VPNType is '", kind_.vpn_type, "' and it has no dictionary '",
                             kind_.dictionary, "'"));
    }
    if (kind_.has_provider && payload_.Text("VPNSubType").empty()) {
      sink_.Add(kSubtype, payload_.At("VPNSubType"),
                absl::StrCat("its VPNType is '", kind_.vpn_type, "' and it has no VPNSubType"));
    }
  }

  void CheckProvider() {
    const std::string provider = Own("ProviderBundleIdentifier");
    const std::string requirement = Own("ProviderDesignatedRequirement");
    if (provider.empty()) {
      if (kind_.type == ServiceType::kTransparentProxy) {
        sink_.Add(kProvider, At("ProviderBundleIdentifier"),
                  absl::StrCat(dict_.name, " has no ProviderBundleIdentifier"));
      }
      return;
    }
    if (requirement.empty()) {
      sink_.Add(kRequirement, At("ProviderBundleIdentifier"),
                absl::StrCat(dict_.name, " names the provider ", provider,
                             " and has no ProviderDesignatedRequirement"));
      return;
    }
    CheckRequirement(payload_, At("ProviderDesignatedRequirement"), provider, requirement, sink_);
  }

  // For those types whose dictionary has it.
  void CheckMethod() {
    const std::string method = Own("AuthenticationMethod");
    const bool signs_in = !Own("PayloadCertificateUUID").empty() || !Own("AuthName").empty();
    if (kind_.has_provider && method.empty() && !signs_in) {
      sink_.Add(kMethod, At("AuthenticationMethod"),
                absl::StrCat(dict_.name, " has no AuthenticationMethod"));
    }
    const bool declared =
        !payload_.file().source().declaration.type.empty();  // there an asset is the identity
    if (method == "Certificate" && Own("PayloadCertificateUUID").empty() && !declared) {
      Finding& finding = sink_.Add(kIdentity, At("AuthenticationMethod"),
                                   absl::StrCat(dict_.name, ".AuthenticationMethod is 'Certificate' and ",
                                                dict_.name, ".PayloadCertificateUUID is missing"));
      // A provider may have certificates of its own.
      if (kind_.has_provider) finding.severity = Severity::kWarning;
    }
  }

  const PayloadView& payload_;
  const VpnKind& kind_;
  const VpnDictionary dict_;
  Sink& sink_;
};

void CheckNames(const FileView& file, Sink& sink) {
  std::set<std::string> names;
  for (const PayloadView& payload : file.payloads()) {
    const std::string name = payload.type() == profiles::kVpnPayload ? payload.Text("UserDefinedName") : "";
    if (name.empty() || names.insert(name).second) continue;
    sink.Add(kName, payload.At("UserDefinedName"),
             absl::StrCat("another VPN of this profile is called '", name, "'"));
  }
}

}  // namespace

const RuleGroup& VpnRules() {
  return kGroup;
}

void CheckRequirement(const PayloadView& payload, const Spot& spot, absl::string_view provider,
                      absl::string_view text, Sink& sink) {
  const Requirement requirement = ReadRequirement(text);
  if (!requirement.identifier.empty() && requirement.identifier != provider) {
    sink.Add(kMismatch, spot,
             absl::StrCat("the requirement is for '", requirement.identifier, "', the provider is '",
                          provider, "'"));
  }
  if (!requirement.anchored) {
    sink.Add(kAnchor, spot, absl::StrCat("the requirement of ", payload.subject(), " has no 'anchor'"));
  }
}

void CheckVpn(const FileView& file, Sink& sink) {
  for (const PayloadView& payload : file.payloads()) {
    if (payload.type() != profiles::kVpnPayload) continue;
    const VpnKind* kind = profiles::FindVpnKind(payload.Text("VPNType"));
    if (kind == nullptr) {
      CheckType(payload, sink);
    } else {
      VpnChecker(payload, *kind, sink).Check();
    }
  }
  CheckNames(file, sink);
}

}  // namespace holdfast::lint

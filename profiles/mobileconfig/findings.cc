#include "profiles/mobileconfig/findings.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace holdfast::profiles {

const std::vector<FindingKind>& FindingKinds() {
  static const auto& kinds = *new std::vector<FindingKind>{
      {"profile-unreadable", "correct the file, then install it again"},
      {"profile-form", "write it as macOS does: some readers refuse this form"},
      {"profile-signature-broken", "sign it again: macOS refuses a signed profile that was changed"},
      {"profile-encrypted", "nothing can be said about its payloads"},
      {"profile-wrong-type", "set the outer PayloadType to 'Configuration'"},
      {"profile-missing-identifier", "give the profile a PayloadIdentifier of its own"},
      {"profile-missing-content", "put the payloads into an <array> named PayloadContent"},
      {"profile-version-not-integer", "write the outer PayloadVersion as <integer>1</integer>"},
      {"payload-missing-type", "give the payload a PayloadType"},
      {"payload-missing-identifier", "give the payload a PayloadIdentifier of its own"},
      {"payload-missing-uuid", "give it a PayloadUUID, as uuidgen prints one"},
      {"payload-uuid-malformed", "write the PayloadUUID as uuidgen prints one"},
      {"payload-version-not-integer", "write its PayloadVersion as <integer>1</integer>"},
      {"duplicate-payload-uuid", "give each payload a PayloadUUID of its own"},
      {"vpn-unknown-type", "set VPNType to IKEv2, VPN, TransparentProxy, L2TP or IPSec"},
      {"vpn-alwayson-not-on-macos",
       "use VPNType IKEv2 with OnDemandEnabled: AlwaysOn exists on supervised iOS devices only"},
      {"vpn-missing-dictionary", "add the dictionary: without it macOS cannot create the configuration"},
      {"vpn-missing-subtype", "set VPNSubType to the bundle identifier of the VPN's app"},
      {"vpn-missing-remote-address", "set it to the gateway's host name or address"},
      {"vpn-missing-requirement",
       "add ProviderDesignatedRequirement: a provider in a system extension is not started without it"},
      {"vpn-number-mistyped", "write it as <integer>: macOS ignores it as it is"},
      {"vpn-misplaced-key", "move it into the dictionary of its VPNType: macOS ignores it where it is"},
      {"proxy-order-mistyped", "write Order as <integer>: macOS ignores it as it is"},
      {"proxy-order-out-of-range", "use an Order from 1 to 2147483647: macOS refuses the whole payload"},
      {"proxy-both-dictionaries",
       "keep one: with both, macOS reads VPN and ignores TransparentProxy with its Order"},
      {"filter-missing-plugin",
       "set FilterType to 'Plugin' and PluginBundleID to the filter's app: macOS runs no other"},
      {"filter-filters-nothing", "set FilterSockets or FilterPackets to <true/>"},
      {"filter-missing-provider", "name the provider: without it the filter does not start"},
      {"filter-user-scope", "set PayloadScope to System: content filters install for the whole Mac only"},
  };
  return kinds;
}

void AddFinding(Profile& profile, absl::string_view code, absl::string_view subject,
                absl::string_view evidence) {
  const auto& kinds = FindingKinds();
  auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const FindingKind& k) { return k.code == code; });
  const absl::string_view remedy = kind == kinds.end() ? "correct it" : kind->remedy;
  profile.findings.push_back(
      {std::string(code), profile.identifier, absl::StrCat(subject, ": ", evidence, "; ", remedy)});
}

}  // namespace holdfast::profiles

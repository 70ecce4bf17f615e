// How each VPNType of com.apple.vpn.managed is written. Constant data.
#pragma once

#include <array>

#include "absl/strings/string_view.h"
#include "core/facts.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

struct VpnKind {
  absl::string_view vpn_type;
  ServiceType type;
  absl::string_view dictionary;
  absl::string_view instead;      // another dictionary, which wins where it is present
  absl::string_view address_key;  // empty: the provider knows
  bool has_provider;              // then VPNSubType is needed
};
inline constexpr std::array<VpnKind, 5> kVpnKinds = {{
    {"IKEv2", ServiceType::kIkev2, "IKEv2", "", "RemoteAddress", false},
    {"IPSec", ServiceType::kIpsec, "IPSec", "", "RemoteAddress", false},
    {"L2TP", ServiceType::kL2tp, "PPP", "", "CommRemoteAddress", false},
    {"VPN", ServiceType::kProvider, "VPN", "", "RemoteAddress", true},
    {"TransparentProxy", ServiceType::kTransparentProxy, "TransparentProxy", "VPN", "", true},
}};

// Null for a VPNType that macOS does not have.
const VpnKind* FindVpnKind(absl::string_view vpn_type);
// The dictionary that macOS reads, and its name; null when there is none.
struct VpnDictionary {
  absl::string_view name;
  const plist::Value* value = nullptr;
};
VpnDictionary DictionaryOf(const VpnKind& kind, const plist::Value& payload);
// As people see it: UserDefinedName and what stands in for it.
std::string VpnName(const plist::Value& payload);

}  // namespace holdfast::profiles

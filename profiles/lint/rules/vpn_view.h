// A VPN payload by what macOS reads of it.
#pragma once

#include <optional>

#include "profiles/lint/context.h"
#include "profiles/mobileconfig/vpn_kinds.h"

namespace holdfast::lint {

struct VpnView {
  const profiles::VpnKind* kind = nullptr;  // never null
  profiles::VpnDictionary dict;             // its value is never null
};

// Nothing for another payload, a VPNType that macOS does not have, or one whose dictionary is missing.
std::optional<VpnView> AsVpn(const PayloadView& payload);

}  // namespace holdfast::lint

#pragma once

#include "absl/types/span.h"
#include "profiles/payloads/key.h"

namespace holdfast::payloads {

absl::Span<const Key> VpnKeys();          // com.apple.vpn.managed
absl::Span<const Key> AppLayerVpnKeys();  // com.apple.vpn.managed.applayer
absl::Span<const Key> AppMappingKeys();   // com.apple.vpn.managed.appmapping

}  // namespace holdfast::payloads

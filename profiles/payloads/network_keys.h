#pragma once

#include "absl/types/span.h"
#include "profiles/payloads/key.h"

namespace holdfast::payloads {

absl::Span<const Key> DnsProxyKeys();     // com.apple.dnsProxy.managed
absl::Span<const Key> DnsSettingsKeys();  // com.apple.dnsSettings.managed
absl::Span<const Key> FilterKeys();       // com.apple.webcontent-filter
absl::Span<const Key> RelayKeys();        // com.apple.relay.managed

}  // namespace holdfast::payloads

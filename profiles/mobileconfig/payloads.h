// The readers of the payload types that matter to enforcement, each adding facts to the profile whose
// identifier and scope are already known. What macOS would ignore or refuse gives no facts.
#pragma once

#include "absl/strings/string_view.h"
#include "profiles/mobileconfig/profile.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

inline constexpr absl::string_view kVpnPayload = "com.apple.vpn.managed";
inline constexpr absl::string_view kFilterPayload = "com.apple.webcontent-filter";
inline constexpr absl::string_view kDnsProxyPayload = "com.apple.dnsProxy.managed";
inline constexpr absl::string_view kExtensionPolicyPayload = "com.apple.system-extension-policy";

// com.apple.vpn.managed. `fallback_id` stands in for a PayloadUUID that is none.
void ReadVpn(const plist::Value& payload, const Uuid& fallback_id, Profile& profile);
// com.apple.webcontent-filter.
void ReadFilter(const plist::Value& payload, Profile& profile);
void ReadDnsProxy(const plist::Value& payload, Profile& profile);
// com.apple.system-extension-policy.
void ReadExtensionPolicy(const plist::Value& payload, Profile& profile);

}  // namespace holdfast::profiles

// The readers of the payload types that matter to enforcement, each adding facts and findings to the profile
// whose identifier and scope are already known.
#pragma once

#include "profiles/mobileconfig/profile.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

// com.apple.vpn.managed. `fallback_id` stands in for a PayloadUUID that is none.
void ReadVpn(const plist::Value& payload, const Uuid& fallback_id, Profile& profile);
// com.apple.webcontent-filter.
void ReadFilter(const plist::Value& payload, Profile& profile);
void ReadDnsProxy(const plist::Value& payload, Profile& profile);
// com.apple.system-extension-policy.
void ReadExtensionPolicy(const plist::Value& payload, Profile& profile);

}  // namespace holdfast::profiles

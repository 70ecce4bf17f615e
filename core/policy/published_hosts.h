// Hosts of Software Update and push notifications that every managed Mac needs. Data, not code: from Apple's
// document 101555, "Use Apple products on enterprise networks" (November 2026). Delivery networks lie
// outside 17.0.0.0/8.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "core/policy/policy.h"

namespace holdfast {

// As the schema shows it: catalog of updates for managed Macs, update catalog, update server, update
// downloads, firmware and other system updates, push notifications.
inline constexpr absl::string_view kPublishedHosts =
    "[gdmf.apple.com:443, swscan.apple.com:443, swdist.apple.com:443, updates.cdn-apple.com:443, "
    "mesu.apple.com:443, courier.push.apple.com:5223]";

}  // namespace holdfast

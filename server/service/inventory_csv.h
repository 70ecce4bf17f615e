// The list of Macs that an MDM or Apple Business Manager knows, as an admin exports it: CSV (RFC 4180) with
// the columns serial, name and group, of which the last two may be left out, and a header line if one likes.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/fleet/records.h"

namespace holdfast::server {

inline constexpr size_t kLongestSerial = 64;
inline constexpr size_t kLongestInventoryText = 256;  // a name, a group

// In the order of the lines; no serial number twice, in upper and lower case alike. INVALID_ARGUMENT names
// the first line that is wrong, and why. A text without a line is refused; one with only a header is an empty
// list.
absl::StatusOr<std::vector<fleet::InventoryEntry>> ParseInventory(absl::string_view csv);

}  // namespace holdfast::server

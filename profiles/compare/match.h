// Which payload of one profile is which of another.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "profiles/plist/value.h"

namespace holdfast::profiles {

// The payloads of a profile's tree, in its order; none where it has none.
const plist::Array& PayloadsOf(const plist::Value& root);
// What people call it: UserDefinedName, else PayloadDisplayName.
std::string PayloadName(const plist::Value& payload);

struct PayloadMatch {
  std::vector<std::pair<size_t, size_t>> pairs;  // indices, in the order of the first profile
  std::vector<size_t> only_in_first, only_in_second;
};
PayloadMatch MatchPayloads(const plist::Array& a, const plist::Array& b);

}  // namespace holdfast::profiles

// What a property list may cost. Far above any profile or preference file in the field (the largest public
// profile scanned has some 4,000 elements), far below what could exhaust the agent.
#pragma once

#include <cstddef>

namespace holdfast::plist {

inline constexpr size_t kMaxBytes = size_t{8} << 20;
inline constexpr size_t kMaxDepth = 64;
inline constexpr size_t kMaxNodes = 200'000;

}  // namespace holdfast::plist

// Two maps side by side.
#pragma once

#include <set>

namespace holdfast {

// The keys of either, each once and in order.
template <class Map>
std::set<typename Map::key_type> KeysOfBoth(const Map& a, const Map& b) {
  std::set<typename Map::key_type> keys;
  for (const auto& [key, value] : a) keys.insert(key);
  for (const auto& [key, value] : b) keys.insert(key);
  return keys;
}

}  // namespace holdfast

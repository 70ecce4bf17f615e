// Fixed-size byte fields: arrays on our side, bytes on the wire. Enumerations travel as their numbers.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <type_traits>

namespace holdfast::wire {

template <size_t N>
std::string ToBytes(const std::array<uint8_t, N>& bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data()), N);
}

// False when the size differs; empty means all zero (an unset field).
template <size_t N>
[[nodiscard]] bool FromBytes(const std::string& bytes, std::array<uint8_t, N>* out) {
  out->fill(0);
  if (bytes.empty()) return true;
  if (bytes.size() != N) return false;
  std::copy(bytes.begin(), bytes.end(), out->begin());
  return true;
}

template <class Enum>
Enum EnumOf(uint32_t value) {
  return static_cast<Enum>(static_cast<std::underlying_type_t<Enum>>(value));
}

}  // namespace holdfast::wire

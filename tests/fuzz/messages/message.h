// The first byte of an input says which message the rest is: one target serves many, and its corpus names
// each.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "absl/strings/string_view.h"

namespace holdfast::fuzz {

inline void Require(bool condition) {
  if (!condition) std::abort();
}

// Calls the handler of this number, modulo how many there are.
template <size_t kCount>
void Choose(const uint8_t* data, size_t size, void (*const (&handlers)[kCount])(absl::string_view)) {
  if (size == 0) return;
  handlers[data[0] % kCount](absl::string_view(reinterpret_cast<const char*>(data) + 1, size - 1));
}

template <class Message>
bool Parse(absl::string_view bytes, Message& message) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace holdfast::fuzz

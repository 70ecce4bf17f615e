// What is known of the keys of the payloads that matter to enforcement: facts of Apple's published schema
// (github.com/apple/device-management, macOS 15.1) and of its texts for macOS 26 and 27. A test holds them
// against the schema where it is at hand. Constant data; thread-safe.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace holdfast::payloads {

enum class Type { kString, kInteger, kReal, kBoolean, kDate, kData, kArray, kDict, kAny };

// "<string>", "<integer>", ... as XML writes it.
absl::string_view TypeName(Type type);

// A key of a dictionary, or the items of an array.
struct Key {
  absl::string_view name;  // "*": any name
  Type type = Type::kAny;
  bool required = false;
  bool not_on_mac = false;       // known, and without effect on a Mac
  absl::string_view since = "";  // macOS version; empty: as old as what holds it
  absl::string_view deprecated = "";
  absl::string_view values = "";             // the only ones, separated by '|'; empty: any
  int64_t min = INT64_MIN, max = INT64_MAX;  // of an integer
  absl::Span<const Key> keys = {};           // of a dictionary
  const Key* items = nullptr;                // of an array

  constexpr Key Required() const {
    Key key = *this;
    key.required = true;
    return key;
  }
  constexpr Key NotOnMac() const {
    Key key = *this;
    key.not_on_mac = true;
    return key;
  }
  constexpr Key Since(absl::string_view version) const {
    Key key = *this;
    key.since = version;
    return key;
  }
  constexpr Key Deprecated(absl::string_view version) const {
    Key key = *this;
    key.deprecated = version;
    return key;
  }
  constexpr Key OneOf(absl::string_view list) const {
    Key key = *this;
    key.values = list;
    return key;
  }
  constexpr Key Between(int64_t low, int64_t high) const {
    Key key = *this;
    key.min = low;
    key.max = high;
    return key;
  }
};

constexpr Key String(absl::string_view name) {
  return {.name = name, .type = Type::kString};
}
constexpr Key Integer(absl::string_view name) {
  return {.name = name, .type = Type::kInteger};
}
// An <integer> that is 0 or 1: the VPN payloads' switches.
constexpr Key Switch(absl::string_view name) {
  return Integer(name).OneOf("0|1");
}
constexpr Key Real(absl::string_view name) {
  return {.name = name, .type = Type::kReal};
}
constexpr Key Boolean(absl::string_view name) {
  return {.name = name, .type = Type::kBoolean};
}
constexpr Key Date(absl::string_view name) {
  return {.name = name, .type = Type::kDate};
}
constexpr Key Data(absl::string_view name) {
  return {.name = name, .type = Type::kData};
}
constexpr Key Any(absl::string_view name) {
  return {.name = name, .type = Type::kAny};
}
// Without keys: any keys.
constexpr Key Dict(absl::string_view name, absl::Span<const Key> keys = {}) {
  return {.name = name, .type = Type::kDict, .keys = keys};
}
// `items` must outlive the key: a constant.
constexpr Key Array(absl::string_view name, const Key& items) {
  return {.name = name, .type = Type::kArray, .items = &items};
}
inline constexpr Key kStringItem = String("");
constexpr Key Strings(absl::string_view name) {
  return Array(name, kStringItem);
}

}  // namespace holdfast::payloads

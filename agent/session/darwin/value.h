// An XPC object as a plain value, so that what it says can be read without the library it came from.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace holdfast::ne {

// Integers of either sign, booleans and dates (nanoseconds since 1970) are all int64_t: which of them the
// session manager uses for a fact differs between systems. Anything else than text, dictionary and array is
// monostate: present, and not understood.
struct Value {
  using Dictionary = std::map<std::string, Value>;
  using Array = std::vector<Value>;
  std::variant<std::monostate, int64_t, std::string, Dictionary, Array> is;

  const int64_t* number() const { return std::get_if<int64_t>(&is); }
  const std::string* text() const { return std::get_if<std::string>(&is); }
  const Dictionary* dictionary() const { return std::get_if<Dictionary>(&is); }
  const Array* array() const { return std::get_if<Array>(&is); }
  // The value of a key, or nullptr: also for anything that is no dictionary.
  const Value* Get(const std::string& key) const {
    const Dictionary* all = dictionary();
    if (all == nullptr) return nullptr;
    const auto it = all->find(key);
    return it == all->end() ? nullptr : &it->second;
  }
  friend bool operator==(const Value&, const Value&) = default;
};

}  // namespace holdfast::ne

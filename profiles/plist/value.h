// A property list as a value: the one form in which the rest of the program sees plists, whatever parsed
// them. Values only; thread-safe as any value is.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"

namespace holdfast::plist {

class Value;

struct Data {
  std::string bytes;
  friend bool operator==(const Data&, const Data&) = default;
};
struct Date {
  int64_t unix_seconds = 0;
  friend bool operator==(const Date&, const Date&) = default;
};
// A reference inside a keyed archive.
struct Uid {
  uint64_t number = 0;
  friend bool operator==(const Uid&, const Uid&) = default;
};
// Stands where a secret stood. That there was one may matter; what it was never does.
struct Redacted {
  friend bool operator==(const Redacted&, const Redacted&) = default;
};

using Array = std::vector<Value>;

struct Entry;

class Dict {
 public:
  Dict();
  ~Dict();
  Dict(const Dict&);
  Dict(Dict&&) noexcept;
  Dict& operator=(const Dict&);
  Dict& operator=(Dict&&) noexcept;

  // The last value given for a key counts; keys stay in the order of their first appearance.
  void Set(std::string key, Value value);
  const Value* Find(absl::string_view key) const;
  Value* Find(absl::string_view key);
  const std::vector<Entry>& entries() const { return entries_; }
  // For changing values; keys stay as they are.
  std::vector<Entry>& entries() { return entries_; }
  friend bool operator==(const Dict& a, const Dict& b);

 private:
  std::vector<Entry> entries_;
  std::map<std::string, size_t, std::less<>> index_;  // a file may hold 100,000 keys in one dictionary
};

class Value {
 public:
  using Storage = std::variant<bool, int64_t, double, std::string, Data, Date, Uid, Redacted, Array, Dict>;

  Value() : storage_(false) {}
  template <class T>
    requires(!std::is_same_v<std::decay_t<T>, Value> && std::is_constructible_v<Storage, T>)
  Value(T&& value) : storage_(std::forward<T>(value)) {}  // NOLINT: a value converts

  // The content when it is of that type, else null.
  template <class T>
  const T* As() const {
    return std::get_if<T>(&storage_);
  }
  template <class T>
  T* As() {
    return std::get_if<T>(&storage_);
  }
  // The entry of a dictionary; null when it is missing or this is no dictionary.
  const Value* Find(absl::string_view key) const;
  // "<string>", "<integer>", ... as written in XML, for messages.
  absl::string_view TypeName() const;
  // Where it begins in the XML that it was read from; 0 when it was not, or cannot be told.
  uint32_t line() const { return line_; }
  void set_line(uint32_t line) { line_ = line; }
  // Another content at the same place.
  void Replace(Value value) { storage_ = std::move(value.storage_); }
  // The place is no part of the value.
  friend bool operator==(const Value& a, const Value& b) { return a.storage_ == b.storage_; }

 private:
  Storage storage_;
  uint32_t line_ = 0;
};

struct Entry {
  std::string key;
  Value value;
  friend bool operator==(const Entry&, const Entry&) = default;
};

}  // namespace holdfast::plist

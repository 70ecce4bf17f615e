// An archive of NSKeyedArchiver: a property list whose objects lie in one array and name each other by
// number. It is a graph that may hold cycles, so nothing is unfolded: each reader asks for what it knows,
// step by step.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/ids.h"
#include "profiles/plist/value.h"

namespace holdfast::parse {

// Values only; not thread-safe, since reading counts its steps.
class KeyedArchive {
 public:
  using Object = const plist::Value*;  // owned by the archive; null: there is none

  // Binary, or XML as plutil writes it. INVALID_ARGUMENT when it is no property list or no keyed archive.
  static absl::StatusOr<KeyedArchive> Open(absl::string_view bytes);

  // The keys of "$top" with their objects. Foundation's usual one is "root"; others have many.
  std::vector<std::pair<std::string, Object>> Top() const;

  // A field of an object. All below take null and give nothing then.
  Object Field(Object object, absl::string_view key) const;
  // "NEConfiguration"; empty for what has no class.
  std::string ClassOf(Object object) const;
  std::optional<std::string> Text(Object object) const;  // texts, mutable texts, URLs; not empty
  std::optional<int64_t> Number(Object object) const;  // integers, reals and booleans, as NSNumber reads them
  std::optional<bool> Bool(Object object) const;
  std::optional<Uuid> Id(Object object) const;           // NSUUID, or its text
  std::optional<int64_t> UnixTime(Object object) const;  // NSDate, in seconds
  std::vector<Object> Items(Object object) const;        // of arrays and sets
  // Of dictionaries, plain ones too; a key that is an NSUUID is its text.
  std::vector<std::pair<std::string, Object>> Entries(Object object) const;

  // How many steps any reader may take in all: an archive can be small and repeat its objects without end.
  static constexpr size_t kMaxSteps = 1'000'000;

 private:
  KeyedArchive() = default;
  Object Resolve(Object value) const;
  // False when the budget is spent.
  bool Step() const {
    ++steps_;
    return steps_ <= kMaxSteps;
  }

  plist::Value root_;
  mutable size_t steps_ = 0;
};

}  // namespace holdfast::parse

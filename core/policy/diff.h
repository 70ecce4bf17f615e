// What differs between two policies, by what they mean: order of keys, comments, spelling and values that are
// the default anyway make no difference. Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/policy/parse.h"

namespace holdfast {

struct KeyDifference {
  enum class Kind : uint8_t { kAdded, kRemoved, kChanged };
  struct Side {
    std::string value;
    bool is_default = false;  // not written there
  };
  Kind kind = Kind::kChanged;
  // In YAML spelling; an item of a list by its name: "services[corp].authentication". A list's own line is
  // the order of its items.
  std::string path;
  std::optional<Side> before, after;  // nothing on the side where the key does not exist
};

std::vector<KeyDifference> DiffPolicies(const ParsedPolicy& before, const ParsedPolicy& after);

}  // namespace holdfast

// What B changes of A, by meaning, and what that does on a Mac. Pure and thread-safe.
#pragma once

#include <string>
#include <vector>

#include "profiles/compare/comparable.h"
#include "profiles/compare/tree_diff.h"

namespace holdfast::profiles {

struct PayloadChange {
  ChangeKind kind = ChangeKind::kChanged;
  std::string type, identifier, name;
  std::vector<KeyChange> keys;  // of a changed one
};

// What installing B where A is installed does. `known`: published or seen; else it is what we expect of a
// Mac, and was not checked on one.
struct Effect {
  std::string code;  // "vpn-recreated"
  std::string text;
  bool known = true;
};

struct Comparison {
  std::vector<KeyChange> profile;  // keys of the profile itself
  std::vector<PayloadChange> payloads;
  std::vector<std::string> same_meaning;  // what differs and means the same: sentences
  std::vector<Effect> effects;
  size_t secrets_skipped = 0;
  bool same() const { return profile.empty() && payloads.empty(); }
};

// A payload of B is that of A with the same PayloadIdentifier, else of the same type and name. A profile and
// a declaration are compared by the keys that both have.
Comparison Compare(const Comparable& a, const Comparable& b);

}  // namespace holdfast::profiles

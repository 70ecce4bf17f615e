// Two property lists, key by key. Pure and thread-safe.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

enum class ChangeKind { kAdded, kRemoved, kChanged, kRetyped };
absl::string_view ChangeName(ChangeKind kind);  // "added"

struct KeyChange {
  ChangeKind kind = ChangeKind::kChanged;
  std::string path;           // "VPN.OnDemandRules[1].Action"
  std::string before, after;  // as text, with the type where it changed; empty on the side that has none
  bool secret = false;        // the two differ and neither is shown
  friend bool operator==(const KeyChange&, const KeyChange&) = default;
};

// A value as it is and as it may be shown: the same tree, secrets redacted. Where only the second is known,
// both are that one, and secrets are not compared.
struct ShownValue {
  const plist::Value* value = nullptr;
  const plist::Value* shown = nullptr;
};

struct TreeDiffOptions {
  // Texts that differ and yet mean the same: references to the same payload. May be null.
  std::function<bool(const std::string& before, const std::string& after)> same_text;
  // Keys of the top level that somebody else compares.
  std::vector<absl::string_view> skipped;
};

struct TreeDiff {
  std::vector<KeyChange> changes;
  bool reordered = false;      // keys, or entries of a list that is a set
  size_t secrets_skipped = 0;  // that could not be compared
};

// Keys in any order; lists in theirs, unless what they hold is a set (names of networks, extensions).
TreeDiff DiffTrees(const ShownValue& before, const ShownValue& after, const TreeDiffOptions& options);

}  // namespace holdfast::profiles

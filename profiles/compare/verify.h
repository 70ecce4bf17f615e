// What should be on a Mac, held against what is. Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/facts.h"
#include "core/system_facts.h"
#include "profiles/compare/compare.h"

namespace holdfast::profiles {

// A profile as a Mac lists it: what the list does not tell is missing from the tree.
struct InstalledTree {
  std::string identifier;
  ProfileScope scope = ProfileScope::kSystem;
  std::string user;  // whose, of the scope user
  bool managed = false;
  plist::Value root;  // as a .mobileconfig has it, secrets redacted
};

// A configuration of Network Extension, and where it came from.
struct ConfigurationTree {
  std::string name, application;
  Provenance provenance = Provenance::kUnknown;
  std::string profile_identifier;  // of a profile's
};

// What a Mac has. `configurations` is empty where nobody looked.
struct InstalledState {
  std::vector<InstalledTree> profiles;
  std::vector<ConfigurationTree> configurations;
};

enum class VerifyState {
  kEqual,
  kDifferent,
  kMissing,
  kUnknown,  // nothing lists it: a declaration
};
absl::string_view VerifyStateName(VerifyState state);  // "equal"

struct Verified {
  std::string name, identifier;  // of what is wanted
  VerifyState state = VerifyState::kMissing;
  std::string provenance;               // of what is installed: "profile, managed"; empty: nothing is
  Comparison difference;                // from installed to wanted
  std::vector<std::string> collisions;  // what else is there and gets in its way: sentences
};

// One for each of `wanted`. Secrets are not compared: what a list prints for them is not known. Nor are keys
// of the envelope that a list leaves out.
std::vector<Verified> VerifyInstalled(const std::vector<Comparable>& wanted, const InstalledState& installed);

}  // namespace holdfast::profiles

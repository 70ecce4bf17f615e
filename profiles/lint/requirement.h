// What a code requirement's text says, as far as rules ask. Not a compiler of the language: `codesign` is.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace holdfast::lint {

struct Requirement {
  std::string identifier;  // identifier "com.example.app"; empty: none
  std::string team;        // certificate leaf[subject.OU] = "ABCDE12345"; empty: none
  bool anchored = false;   // "anchor": who signed matters
};

Requirement ReadRequirement(absl::string_view text);

// Ten capital letters and digits, as Apple gives them.
bool LooksLikeTeam(absl::string_view text);

}  // namespace holdfast::lint

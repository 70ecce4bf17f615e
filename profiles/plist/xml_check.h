// Looks through an XML property list before libplist decodes it: finds the line of what is wrong, bounds
// depth and number of elements (libplist frees recursively), refuses what libplist would read as something
// else, and notes where each value stands, which libplist does not.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/plist/oddity.h"
#include "profiles/plist/places.h"

namespace holdfast::plist {

struct CheckedXml {
  std::string body;  // from the first tag to </plist>, which is added where it is missing
  std::vector<Oddity> warnings;
  std::vector<Comment> comments;
  Places places;
};

// The message starts with "line N, column M: " or "line N: ".
absl::StatusOr<CheckedXml> CheckXml(absl::string_view text);

}  // namespace holdfast::plist

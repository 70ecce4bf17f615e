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
  absl::string_view body;  // from the first tag to </plist>: a part of the text that was given
  std::vector<Oddity> warnings;
  Places places;
};

// The message starts with "line N, column M: " or "line N: ".
absl::StatusOr<CheckedXml> CheckXml(absl::string_view text);

}  // namespace holdfast::plist

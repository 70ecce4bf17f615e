// Which lines of a log are worth taking apart. Nearly all end here, so this is what reading a log costs.
#pragma once

#include "absl/strings/string_view.h"

namespace holdfast::parse {

// Whether the line holds any of the words without which no reader here finds a fact in it, or a line that it
// should know and does not.
bool MayMatter(absl::string_view line);

}  // namespace holdfast::parse

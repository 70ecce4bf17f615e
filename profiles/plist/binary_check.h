// Looks through a binary property list before libplist decodes it: a binary plist is a graph, and a small
// one can unfold into a tree without end or of any size. libplist follows every reference.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace holdfast::plist {

bool LooksBinary(absl::string_view bytes);
absl::Status CheckBinary(absl::string_view bytes);

}  // namespace holdfast::plist

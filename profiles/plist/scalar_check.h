// Whether the text of a scalar element is what the element says.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace holdfast::plist {

// Nothing when `content` fits <tag>; else what is wrong with it. Containers have no content.
std::optional<std::string> ScalarFlaw(absl::string_view tag, absl::string_view content);

// Nothing when each '&' begins one of XML's own entities or a character reference.
std::optional<std::string> EntityFlaw(absl::string_view text);

}  // namespace holdfast::plist

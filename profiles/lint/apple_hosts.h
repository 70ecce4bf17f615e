// Apple's published hosts of software update and push, against the domains of a rule.
#pragma once

#include "absl/strings/string_view.h"
#include "profiles/plist/value.h"

namespace holdfast::lint {

// The first published host in that domain ("*.apple.com", "apple.com", "push.apple.com"); empty: none.
absl::string_view AppleHostIn(absl::string_view domain);
// Whether one of the domains in the array covers a published host.
bool SparesApple(const plist::Value& domains);

}  // namespace holdfast::lint

// Text as a terminal shows it: columns instead of bytes, and nothing that could steer the terminal. Names of
// VPN services come from profiles and users, so they are never printed as they are.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace holdfast::text {

// Control characters (escape sequences, line breaks, bidirectional overrides) and malformed UTF-8 become "?".
std::string Printable(absl::string_view utf8);

// The first `most` bytes without a character that they would cut in two: a text field with half a character
// is one that no reader of the message accepts.
absl::string_view FirstBytes(absl::string_view utf8, size_t most);

// The same for an error that lists every problem on a line of its own. Lines after the first are indented, so
// that a name with a line feed in it cannot pose as another message.
std::string PrintableLines(absl::string_view utf8);

// Columns a printable text takes: combining marks take none, East Asian wide characters and emoji two.
int DisplayWidth(absl::string_view utf8);

// The text itself when it fits, else its beginning and "…", never wider than `columns`.
std::string Truncate(absl::string_view utf8, int columns);

// Lines no wider than `columns`, broken at spaces; a longer word is broken anywhere. `columns` <= 0: one
// line. Line breaks of the text are kept.
std::vector<std::string> WrapLines(absl::string_view utf8, int columns);

}  // namespace holdfast::text

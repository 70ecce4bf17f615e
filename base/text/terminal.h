// Where output goes: how wide it is and whether it shows colour.
#pragma once

#include <functional>
#include <string>

#include "absl/strings/string_view.h"

namespace holdfast::text {

struct Terminal {
  int width = 0;  // columns; 0: not limited (a file or a pipe)
  bool colour = false;
};

// Looks a variable of the environment up; nullptr when it is not set.
using Environment = std::function<const char*(const char* name)>;

// COLUMNS overrides the terminal's own width, also where there is no terminal. Colour needs a terminal, TERM
// other than "dumb" and no NO_COLOR (no-color.org: set and not empty).
Terminal TerminalOf(int fd, const Environment& environment);

enum class Style { kPlain, kBold, kDim, kRed, kGreen, kYellow };

// The text between the style's escape sequences; the text alone where there is no colour.
std::string Styled(absl::string_view text, Style style, const Terminal& terminal);

}  // namespace holdfast::text

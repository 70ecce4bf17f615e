#include "base/text/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace holdfast::text {
namespace {

int WidthOf(int fd, const Environment& environment) {
  int columns = 0;
  const char* set = environment("COLUMNS");
  if (set != nullptr && absl::SimpleAtoi(set, &columns) && columns > 0) return columns;
  winsize size{};
  if (isatty(fd) == 1 && ioctl(fd, TIOCGWINSZ, &size) == 0) return size.ws_col;
  return 0;
}

absl::string_view CodeOf(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kBold:
      return "1";
    case Style::kDim:
      return "2";
    case Style::kRed:
      return "31";
    case Style::kGreen:
      return "32";
    case Style::kYellow:
      return "33";
  }
  return "";
}

}  // namespace

Terminal TerminalOf(int fd, const Environment& environment) {
  const char* no_color = environment("NO_COLOR");
  const char* term = environment("TERM");
  const bool refused = no_color != nullptr && *no_color != '\0';
  const bool dumb = term == nullptr || absl::string_view(term) == "dumb";
  return {WidthOf(fd, environment), isatty(fd) == 1 && !refused && !dumb};
}

std::string Styled(absl::string_view text, Style style, const Terminal& terminal) {
  if (!terminal.colour || style == Style::kPlain || text.empty()) return std::string(text);
  return absl::StrCat("\x1b[", CodeOf(style), "m", text, "\x1b[0m");
}

}  // namespace holdfast::text

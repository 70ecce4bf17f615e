#include "agent/signals/parse/text_lines.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace holdfast::parse {

absl::StatusOr<std::vector<absl::string_view>> TextLines(absl::string_view text) {
  if (text.size() > kMaxTextBytes ||
      std::count(text.begin(), text.end(), '\n') > static_cast<ptrdiff_t>(kMaxTextLines)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the text has ", text.size(), " bytes; more than ", kMaxTextBytes, " bytes or ",
                     kMaxTextLines, " lines are no output of this tool. Is this the right file?"));
  }
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.back().empty()) lines.pop_back();
  for (absl::string_view& line : lines) absl::ConsumeSuffix(&line, "\r");
  return lines;
}

}  // namespace holdfast::parse

#include "agent/signals/parse/sysext_list.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/signals/parse/scan.h"
#include "base/error.h"

namespace holdfast::parse {
namespace {

using absl::StripAsciiWhitespace;

// "com.example.daemon (1.15/1.15)"
bool ReadBundle(absl::string_view text, SysextRow& row) {
  const size_t open = text.rfind(" (");
  if (open == absl::string_view::npos || text.back() != ')') return false;
  row.facts.bundle_id = std::string(StripAsciiWhitespace(text.substr(0, open)));
  row.facts.version = std::string(text.substr(open + 2, text.size() - open - 3));
  return IsBundleWord(row.facts.bundle_id) && !row.facts.version.empty();
}

// "[activated enabled]" at the end, which it takes.
bool TakeState(absl::string_view& line, SysextRow& row) {
  line = absl::StripTrailingAsciiWhitespace(line);
  if (!absl::EndsWith(line, "]")) return false;
  const size_t open = line.rfind('[');
  if (open == absl::string_view::npos) return false;
  row.facts.state = std::string(line.substr(open + 1, line.size() - open - 2));
  line = line.substr(0, open);
  return !row.facts.state.empty();
}

bool ReadTabbed(absl::string_view line, SysextRow& row) {
  const std::vector<absl::string_view> columns = absl::StrSplit(line, '\t');
  if (columns.size() < 5) return false;
  row.enabled = StripAsciiWhitespace(columns[0]) == "*";
  row.active = StripAsciiWhitespace(columns[1]) == "*";
  row.facts.team_id = std::string(StripAsciiWhitespace(columns[2]));
  row.name = std::string(StripAsciiWhitespace(columns[4]));
  return ReadBundle(StripAsciiWhitespace(columns[3]), row);
}

// A copy in which blanks stand for the tabs. Of one star alone, where the line begins tells which it is.
bool ReadBlanked(absl::string_view line, SysextRow& row) {
  row.enabled = absl::ConsumePrefix(&line, "*");
  SkipBlanks(line);
  row.active = absl::ConsumePrefix(&line, "*");
  SkipBlanks(line);
  const size_t close = line.find(')');
  if (close == absl::string_view::npos) return false;
  absl::string_view head = line.substr(0, close + 1);
  row.name = std::string(StripAsciiWhitespace(line.substr(close + 1)));
  const size_t version = head.rfind(" (");
  if (version == absl::string_view::npos) return false;
  const absl::string_view words = absl::StripTrailingAsciiWhitespace(head.substr(0, version));
  const size_t gap = words.find_last_of(" \t");
  if (gap != absl::string_view::npos) {
    row.facts.team_id = std::string(StripAsciiWhitespace(words.substr(0, gap)));
    head.remove_prefix(gap + 1);
  }
  return ReadBundle(head, row) && !absl::StrContains(row.facts.team_id, " ");
}

bool ReadRow(absl::string_view line, const std::string& category, SysextRow& row) {
  if (!TakeState(line, row)) return false;
  row.category = category;
  if (ReadTabbed(line, row)) return true;
  row = {{"", "", "", row.facts.state}, false, false, "", category};
  return ReadBlanked(line, row);
}

// "--- com.apple.system_extension.network_extension (Go to ...)": newer systems add the hint.
bool ReadCategory(absl::string_view line, std::string* category) {
  if (!absl::ConsumePrefix(&line, "--- ")) return false;
  *category = std::string(TakeWord(line));
  return true;
}

bool ReadCount(absl::string_view line, std::optional<int>* count) {
  const auto number = TakeNumber(line);
  if (!number || !absl::StartsWith(line, " extension(s)")) return false;
  *count = number;
  return true;
}

bool IsColumnHeader(absl::string_view line) {
  return absl::StartsWith(line, "enabled") && absl::StrContains(line, "teamID");
}

}  // namespace

absl::StatusOr<SysextList> ReadSysextList(absl::string_view text) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto lines, TextLines(text));
  SysextList list;
  std::string category;
  bool headed = false;
  for (size_t i = 0; i < lines.size(); ++i) {
    const absl::string_view line = StripAsciiWhitespace(lines[i]);
    SysextRow row;
    if (line.empty() || ReadCount(line, &list.announced)) continue;
    if (ReadCategory(line, &category)) {
      list.categories.push_back(category);
    } else if (IsColumnHeader(line)) {
      headed = true;
    } else if (ReadRow(lines[i], category, row)) {
      list.rows.push_back(std::move(row));
    } else {
      list.odd.push_back({i + 1, std::string(line)});
    }
  }
  if (!list.announced && list.rows.empty() && list.categories.empty() && !headed) {
    return absl::InvalidArgumentError(
        "there is nothing of `systemextensionsctl list` in it; give the whole output of that command");
  }
  return list;
}

std::vector<ExtensionFacts> ExtensionsOf(const SysextList& list) {
  std::vector<const SysextRow*> rows;
  for (const SysextRow& row : list.rows) rows.push_back(&row);
  const auto runs = [](const SysextRow& row) { return row.enabled && row.active; };
  std::sort(rows.begin(), rows.end(), [&](const SysextRow* a, const SysextRow* b) {
    if (a->facts.bundle_id != b->facts.bundle_id) return a->facts.bundle_id < b->facts.bundle_id;
    return runs(*a) != runs(*b) ? runs(*a) : a < b;
  });
  std::vector<ExtensionFacts> facts;
  for (const SysextRow* row : rows) facts.push_back(row->facts);
  return facts;
}

}  // namespace holdfast::parse

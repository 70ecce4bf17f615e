#include "agent/signals/parse/system_text.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/signals/parse/text_lines.h"

namespace holdfast::parse {
namespace {

constexpr char kSuffix[] = ".systemextension/";

}  // namespace

// "xsanvol on /Volumes/with a space (acfs, automounted)"
std::vector<std::string> MountPointsOf(absl::string_view mounts, absl::string_view kind) {
  std::vector<std::string> points;
  const auto lines = TextLines(mounts);
  if (!lines.ok()) return points;
  const std::string alone = absl::StrCat("(", kind, ")"), first = absl::StrCat("(", kind, ",");
  for (const absl::string_view line : *lines) {
    const size_t on = line.find(" on /"), options = line.rfind(" (");
    if (on == absl::string_view::npos || options == absl::string_view::npos || options < on + 4) continue;
    const absl::string_view rest = line.substr(options + 1);
    if (rest != alone && !absl::StartsWith(rest, first)) continue;
    points.emplace_back(line.substr(on + 4, options - on - 4));
  }
  return points;
}

std::set<std::string> RunningExtensions(absl::string_view processes) {
  std::set<std::string> running;
  const auto lines = TextLines(processes);
  if (!lines.ok()) return running;
  for (const absl::string_view line : *lines) {
    const size_t end = line.find(kSuffix);
    if (end == absl::string_view::npos) continue;
    const size_t slash = line.rfind('/', end);
    if (slash == absl::string_view::npos || slash + 1 == end) continue;
    running.emplace(line.substr(slash + 1, end - slash - 1));
  }
  return running;
}

}  // namespace holdfast::parse

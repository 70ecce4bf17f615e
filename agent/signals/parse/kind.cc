#include "agent/signals/parse/kind.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "agent/signals/parse/log_reader.h"
#include "agent/signals/parse/ne_plist.h"
#include "agent/signals/parse/sc_dictionary.h"
#include "agent/signals/parse/scutil_list.h"
#include "agent/signals/parse/sysext_db.h"

namespace holdfast::parse {
namespace {

struct Description {
  Kind kind;
  absl::string_view name, origin;
};
constexpr std::array<Description, 7> kKinds = {{
    {Kind::kNelog, "nelog", "lines of the unified log or of syslog"},
    {Kind::kScutilList, "scutil-list", "the output of `scutil --nc list`"},
    {Kind::kScutilStatus, "scutil-status",
     "the output of `scutil --nc status`, `show`, `statistics` or `ondemand`"},
    {Kind::kSysextList, "sysext-list", "the output of `systemextensionsctl list`"},
    {Kind::kSysextDb, "sysext-db", kSysextDbPath},
    {Kind::kProfilesXml, "profiles-xml", "the output of `profiles show -output stdout-xml`"},
    {Kind::kNePlist, "ne-plist", kNePreferencesPath},
}};
constexpr size_t kLook = size_t{64} << 10;

const Description& Of(Kind kind) {
  return *std::find_if(kKinds.begin(), kKinds.end(), [&](const Description& d) { return d.kind == kind; });
}

std::optional<Kind> LineLooksLike(absl::string_view line) {
  if (OpensScBlock(line)) return Kind::kScutilStatus;
  if (absl::StartsWith(line, "Available network connection services") || ReadScutilService(line)) {
    return Kind::kScutilList;
  }
  if (absl::EndsWith(line, " extension(s)") || absl::StartsWith(line, "--- com.apple.system_extension.")) {
    return Kind::kSysextList;
  }
  return std::nullopt;
}

bool LooksLikeLog(absl::string_view text) {
  LogReader reader(nullptr);
  reader.Feed(text);
  reader.Finish();
  return reader.counts().recognised + reader.counts().unrecognised > 0;
}

}  // namespace

absl::string_view KindName(Kind kind) {
  return Of(kind).name;
}
absl::string_view KindOrigin(Kind kind) {
  return Of(kind).origin;
}

std::optional<Kind> KindNamed(absl::string_view name) {
  for (const Description& description : kKinds) {
    if (description.name == name) return description.kind;
  }
  return std::nullopt;
}

std::vector<std::string> KindNames() {
  std::vector<std::string> names;
  for (const Description& description : kKinds) names.emplace_back(description.name);
  return names;
}

std::optional<Kind> LooksLike(absl::string_view text) {
  text = text.substr(0, kLook);
  if (const bool xml = absl::StrContains(text, "<plist"); xml || absl::StartsWith(text, "bplist")) {
    if (absl::StrContains(text, "$archiver")) return Kind::kNePlist;
    if (absl::StrContains(text, "ProfileIdentifier") || absl::StrContains(text, "_computerlevel")) {
      return Kind::kProfilesXml;
    }
    if (absl::StrContains(text, "extensionPolicies")) return Kind::kSysextDb;
    return xml ? std::nullopt : std::optional(Kind::kNePlist);  // a long binary names itself at its end
  }
  if (LooksLikeLog(text)) return Kind::kNelog;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (const auto kind = LineLooksLike(line)) return kind;
  }
  return std::nullopt;
}

}  // namespace holdfast::parse

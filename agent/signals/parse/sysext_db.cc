#include "agent/signals/parse/sysext_db.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "profiles/plist/keys.h"
#include "profiles/plist/plist.h"

namespace holdfast::parse {
namespace {

using plist::Array;
using plist::Value;

// "2.0/17": what the tool prints in parentheses.
std::string VersionOf(const Value& extension) {
  const Value* version = plist::SubDict(extension, "bundleVersion");
  if (version == nullptr) return "";
  const std::string shown = plist::Text(*version, "CFBundleShortVersionString");
  const std::string build = plist::Text(*version, "CFBundleVersion");
  return absl::StrCat(shown, shown.empty() || build.empty() ? "" : "/", build);
}

void AddCategories(const Value& extension, SysextRow* row, SysextList* list) {
  const auto* categories = plist::SubArray(extension, "categories");
  if (categories == nullptr) return;
  for (const Value& category : *categories) {
    const auto* name = category.As<std::string>();
    if (name == nullptr) continue;
    if (row->category.empty()) row->category = *name;
    const auto known = std::find(list->categories.begin(), list->categories.end(), *name);
    if (known == list->categories.end()) list->categories.push_back(*name);
  }
}

void AddRow(const Value& extension, SysextList* list) {
  SysextRow row;
  row.facts = {plist::Text(extension, "teamID"), plist::Text(extension, "identifier"), VersionOf(extension),
               absl::StrReplaceAll(plist::Text(extension, "state"), {{"_", " "}})};
  if (row.facts.bundle_id.empty() || row.facts.version.empty() || row.facts.state.empty()) {
    list->odd.push_back({0, absl::StrCat("an extension without an identifier, a version or a state: '",
                                         row.facts.bundle_id, "'")});
    return;
  }
  row.enabled = row.facts.state == "activated enabled";
  row.active = absl::StartsWith(row.facts.state, "activated");
  AddCategories(extension, &row, list);
  list->rows.push_back(std::move(row));
}

}  // namespace

absl::StatusOr<SysextList> ReadSysextDb(absl::string_view bytes) {
  HOLDFAST_ASSIGN_OR_RETURN(const plist::Document document, plist::Parse(bytes, "database of extensions"));
  const auto* extensions = plist::SubArray(document.root, "extensions");
  if (extensions == nullptr) {
    return absl::InvalidArgumentError(
        "it is a property list, but not the database of system extensions: it has no list 'extensions'");
  }
  SysextList list;
  for (const Value& extension : *extensions) AddRow(extension, &list);
  return list;
}

}  // namespace holdfast::parse

#include "core/policy/schema.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/policy/spelling.h"

namespace holdfast {
namespace {

absl::string_view LastName(absl::string_view path) {
  const size_t dot = path.rfind('.');
  return dot == absl::string_view::npos ? path : path.substr(dot + 1);
}

}  // namespace

std::vector<absl::string_view> Choices(const SchemaKey& key) {
  if (key.choices.empty()) return {};
  return absl::StrSplit(key.choices, ", ");
}

const SchemaKey* FindKey(absl::string_view path) {
  for (const SchemaKey& key : PolicySchema()) {
    if (key.path == path) return &key;
  }
  return nullptr;
}

SchemaNode NodeAt(absl::string_view path) {
  for (const SchemaKey& key : PolicySchema()) {
    if (!absl::StartsWith(key.path, path)) continue;
    const absl::string_view rest = key.path.substr(path.size());
    if (rest.empty()) return SchemaNode::kKey;
    if (rest[0] == '.') return SchemaNode::kSection;
    if (rest[0] == '[') return SchemaNode::kSectionList;
  }
  return SchemaNode::kUnknown;
}

std::vector<absl::string_view> NamesBelow(absl::string_view prefix) {
  std::vector<absl::string_view> names;
  for (const SchemaKey& key : PolicySchema()) {
    if (!absl::StartsWith(key.path, prefix)) continue;
    const absl::string_view rest = key.path.substr(prefix.size());
    const absl::string_view name = rest.substr(0, rest.find_first_of(".["));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

SectionNames::SectionNames(absl::string_view prefix) {
  for (absl::string_view name : NamesBelow(prefix)) {
    names_.emplace(name, name);
    names_.emplace(YamlSpelling(name), name);
  }
}

absl::string_view SectionNames::Resolve(absl::string_view written) const {
  const auto found = names_.find(std::string(written));
  return found == names_.end() ? absl::string_view() : found->second;
}

std::optional<std::string> Suggest(absl::string_view prefix, absl::string_view unknown) {
  const absl::string_view best = NearestName(unknown, NamesBelow(prefix));
  if (!best.empty()) return YamlSpelling(best);
  // The right name in the wrong section.
  for (const SchemaKey& key : PolicySchema()) {
    if (absl::EqualsIgnoreCase(LastName(key.path), unknown)) return YamlSpelling(key.path);
  }
  return std::nullopt;
}

}  // namespace holdfast

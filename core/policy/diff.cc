#include "core/policy/diff.h"

#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/policy/explain.h"

namespace holdfast {
namespace {

using Side = KeyDifference::Side;

// The keys that name the items of a list; other items are known by their place.
constexpr absl::string_view kNames[] = {"name", "bundleIdentifier"};

class Named {
 public:
  explicit Named(const ParsedPolicy& parsed) {
    const std::vector<ExplainedKey> keys = ExplainPolicy(parsed);
    for (const ExplainedKey& key : keys) NoteName(key);
    for (const ExplainedKey& key : keys) {
      const std::string path = PathOf(key.path);
      if (sides_.emplace(path, Side{key.value, key.origin == "default"}).second) order_.push_back(path);
    }
    for (const auto& [list, names] : lists_) {
      sides_[list] = {absl::StrCat("[", absl::StrJoin(names, ", "), "]"), false};
      order_.push_back(list);
    }
  }

  const std::vector<std::string>& order() const { return order_; }
  const Side* Find(const std::string& path) const {
    const auto found = sides_.find(path);
    return found == sides_.end() ? nullptr : &found->second;
  }

 private:
  // "services[0].name": "corp" is the name of "services[0]".
  void NoteName(const ExplainedKey& key) {
    for (absl::string_view name : kNames) {
      if (!absl::EndsWith(key.path, absl::StrCat("].", name))) continue;
      const std::string item = key.path.substr(0, key.path.size() - name.size() - 1);
      const std::string list = item.substr(0, item.rfind('['));
      names_[item] = absl::StrCat(list, "[", key.value, "]");
      lists_[list].push_back(key.value);
    }
  }

  std::string PathOf(const std::string& path) const {
    const size_t end = path.find(']');
    if (end == std::string::npos) return path;
    const auto named = names_.find(path.substr(0, end + 1));
    return named == names_.end() ? path : absl::StrCat(named->second, path.substr(end + 1));
  }

  std::map<std::string, std::string> names_;               // of items, by path with place
  std::map<std::string, std::vector<std::string>> lists_;  // names in order
  std::map<std::string, Side> sides_;
  std::vector<std::string> order_;
};

std::optional<Side> SideOf(const Side* side) {
  return side == nullptr ? std::nullopt : std::optional(*side);
}

}  // namespace

std::vector<KeyDifference> DiffPolicies(const ParsedPolicy& before, const ParsedPolicy& after) {
  using Kind = KeyDifference::Kind;
  const Named a(before), b(after);
  std::vector<KeyDifference> out;
  for (const std::string& path : b.order()) {
    const Side* was = a.Find(path);
    const Side* is = b.Find(path);
    if (was != nullptr && was->value == is->value) continue;
    out.push_back({was == nullptr ? Kind::kAdded : Kind::kChanged, path, SideOf(was), SideOf(is)});
  }
  for (const std::string& path : a.order()) {
    if (b.Find(path) == nullptr) out.push_back({Kind::kRemoved, path, SideOf(a.Find(path)), std::nullopt});
  }
  return out;
}

}  // namespace holdfast

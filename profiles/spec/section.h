// Reads one section of a spec, key by key, and tells what is wrong with line, key and what was expected:
// every key that is asked for counts as known, and Finish tells of the others. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/policy/document.h"
#include "core/policy/problems.h"

namespace holdfast::profiles {

class SpecSection {
 public:
  // `value` and `problems` must outlive it; `path` names it in messages: "profiles[0].parts[1]"; empty at the
  // root. What is no map is told, and reads as an empty one.
  SpecSection(const DocumentValue& value, std::string path, Problems& problems);

  // Empty when it is not written, or wrong (and then told).
  std::optional<std::string> Text(absl::string_view key);
  std::optional<bool> Flag(absl::string_view key);
  std::optional<int64_t> Whole(absl::string_view key, int64_t min, int64_t max);
  // A duration with its unit, in whole seconds.
  std::optional<int64_t> Seconds(absl::string_view key, int64_t min, int64_t max);
  // "a, b, c": one of them, regardless of case, as it is spelled there.
  std::optional<std::string> Choice(absl::string_view key, absl::string_view choices);
  // At most 200.
  std::vector<std::string> Texts(absl::string_view key);
  std::optional<SpecSection> Section(absl::string_view key);
  std::vector<SpecSection> Items(absl::string_view key);
  // The value as it stands; null when it is not written.
  const DocumentValue* Value(absl::string_view key);

  // The same, but a missing one is told, with what it is. Empty then.
  std::string RequiredText(absl::string_view key, absl::string_view meaning);

  bool Has(absl::string_view key) const { return Find(key) != nullptr; }
  // Of the key, or of the section where it is not written or empty.
  void Error(absl::string_view key, absl::string_view what);
  void Warning(absl::string_view key, absl::string_view what);
  // Tells of keys that nobody asked for.
  void Finish();

  const std::string& path() const { return path_; }
  Position at() const { return value_->at; }

 private:
  const DocumentEntry* Find(absl::string_view key) const;
  std::string PathOf(absl::string_view key) const;
  Position AtOf(absl::string_view key) const;

  const DocumentValue* value_;
  std::string path_;
  Problems* problems_;
  std::vector<absl::string_view> known_;  // literals of the callers
};

}  // namespace holdfast::profiles

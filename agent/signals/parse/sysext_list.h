// `systemextensionsctl list`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/signals/parse/text_lines.h"
#include "core/facts.h"

namespace holdfast::parse {

struct SysextRow {
  ExtensionFacts facts;
  bool enabled = false;  // the first star
  bool active = false;   // the second
  std::string name;
  std::string category;  // "com.apple.system_extension.network_extension"
  friend bool operator==(const SysextRow&, const SysextRow&) = default;
};

struct SysextList {
  std::optional<int> announced;  // "2 extension(s)"
  std::vector<SysextRow> rows;   // as printed
  std::vector<std::string> categories;
  std::vector<OddLine> odd;
};

// INVALID_ARGUMENT when nothing in it is of that command.
absl::StatusOr<SysextList> ReadSysextList(absl::string_view text);

// Every row, those of one bundle side by side, and first of them the one that runs (both stars).
std::vector<ExtensionFacts> ExtensionsOf(const SysextList& list);

}  // namespace holdfast::parse

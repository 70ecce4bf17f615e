// The part of a WHERE that narrows a list to groups. Its parameters are ?21 and on: lists have fewer of their
// own.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "storage/sqlite/statement.h"

namespace holdfast::fleet {

inline constexpr int kFirstGroup = 21;

// " AND COLUMN IN (?21, ...)"; empty without groups, which narrows nothing.
inline std::string GroupFilter(absl::string_view column, const std::vector<std::string>& groups) {
  if (groups.empty()) return "";
  std::string out = absl::StrCat(" AND ", column, " IN (");
  for (size_t i = 0; i < groups.size(); ++i) {
    absl::StrAppend(&out, i == 0 ? "?" : ", ?", kFirstGroup + static_cast<int>(i));
  }
  return absl::StrCat(out, ")");
}

inline void BindGroups(sqlite::Statement& s, const std::vector<std::string>& groups) {
  for (size_t i = 0; i < groups.size(); ++i) s.Bind(kFirstGroup + static_cast<int>(i), groups[i]);
}

}  // namespace holdfast::fleet

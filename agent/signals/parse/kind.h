// The kinds of text that can be read here, and which of them a text looks like.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace holdfast::parse {

enum class Kind : uint8_t {
  kNelog,
  kScutilList,
  kScutilStatus,
  kSysextList,
  kSysextDb,
  kProfilesXml,
  kNePlist
};

absl::string_view KindName(Kind kind);    // "scutil-list"
absl::string_view KindOrigin(Kind kind);  // "the output of `scutil --nc list`"
std::optional<Kind> KindNamed(absl::string_view name);
std::vector<std::string> KindNames();

// By its first 64 KiB; nothing when it looks like none of them.
std::optional<Kind> LooksLike(absl::string_view text);

}  // namespace holdfast::parse

// The text that scutil prints for a value of SystemConfiguration:
//   Extended Status <dictionary> {
//     IPv4 : <dictionary> {
//       Addresses : <array> {
//         0 : 10.10.0.2
// Texts are printed raw and may hold line breaks, " : " and "}", so indentation decides what belongs where.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace holdfast::parse {

struct ScEntry;

struct ScValue {
  enum class Kind : uint8_t { kText, kDictionary, kArray };
  Kind kind = Kind::kText;
  std::string text;              // of kText, as printed
  std::vector<ScEntry> entries;  // of the others, in the order printed; an array's keys are its indices

  // The value of a key, of which the first counts; null when there is none.
  const ScValue* Find(absl::string_view key) const;
  // Of a path: {"IPv4", "InterfaceName"}.
  const ScValue* Find(std::initializer_list<absl::string_view> path) const;
};

struct ScEntry {
  std::string key;
  ScValue value;
};

struct ScBlock {
  std::string title;  // what stands before the value on its first line: "Extended Status"
  ScValue value;
  size_t lines = 0;         // how many it took
  bool complete = false;    // its closing brace was there
  std::vector<size_t> odd;  // indices of lines that belong to nothing
};

// Whether the line opens a value that ScBlock can hold: "... <dictionary> {".
bool OpensScBlock(absl::string_view line);
// `lines[first]` opens it.
ScBlock ReadScBlock(const std::vector<absl::string_view>& lines, size_t first);

inline constexpr int kMaxScDepth = 32;  // deeper containers are read as text

}  // namespace holdfast::parse

// Collects everything that is wrong with a document, so that an author sees all of it at once.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/policy/document.h"

namespace holdfast {

class Problems {
 public:
  explicit Problems(absl::string_view source) : source_(source) {}

  // `path` in YAML spelling; empty for the document.
  void Error(Position at, absl::string_view path, absl::string_view what);
  bool HasError(absl::string_view path) const { return failed_.count(std::string(path)) > 0; }
  void Warning(Position at, absl::string_view path, absl::string_view what);

  // OK, or INVALID_ARGUMENT with a line "SOURCE:LINE: PATH: what" per error in the order of the text; the
  // first fifty and how many more.
  absl::Status status() const;
  // In the order of the text, limited likewise.
  std::vector<std::string> Warnings() const { return Shown(warnings_); }

 private:
  using Lines = std::multimap<int, std::string>;  // by line, in the order of reporting
  Lines::value_type At(Position at, absl::string_view path, absl::string_view what) const;
  static std::vector<std::string> Shown(const Lines& lines);

  std::string source_;
  std::set<std::string> failed_;  // paths
  Lines errors_, warnings_;
};

}  // namespace holdfast

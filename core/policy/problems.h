// Collects everything that is wrong with a document, so that an author sees all of it at once.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "core/policy/document.h"

namespace holdfast {

struct Problem {
  bool error = true;  // else a warning
  Position at;
  std::string path;  // in YAML spelling; empty for the document
  std::string what;
};

class Problems {
 public:
  // The names of the documents, by Position::layer.
  explicit Problems(std::vector<std::string> sources) : sources_(std::move(sources)) {}

  // `path` in YAML spelling; empty for the document.
  void Error(Position at, absl::string_view path, absl::string_view what);
  bool HasError(absl::string_view path) const { return failed_.count(std::string(path)) > 0; }
  void Warning(Position at, absl::string_view path, absl::string_view what);

  // OK, or INVALID_ARGUMENT with a line "SOURCE:LINE: PATH: what" per error in the order of the text; the
  // first fifty and how many more.
  absl::Status status() const;
  // In the order of the text, limited likewise.
  std::vector<std::string> Warnings() const;

  // Errors and warnings, all of them, in the order of the text.
  std::vector<Problem> All() const;
  // "SOURCE:LINE: PATH: what"
  std::string Text(const Problem& problem) const;
  // "SOURCE:LINE", or the source alone.
  std::string Place(Position at) const;

 private:
  std::vector<std::string> Shown(bool errors) const;

  std::vector<std::string> sources_;
  std::set<std::string> failed_;                          // paths
  std::multimap<std::pair<int, int>, Problem> problems_;  // by layer and line, in the order of reporting
};

}  // namespace holdfast

#include "core/policy/problems.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace holdfast {
namespace {

constexpr size_t kMaxShown = 50;

}  // namespace

Problems::Lines::value_type Problems::At(Position at, absl::string_view path, absl::string_view what) const {
  std::string text = source_;
  if (at.line > 0) absl::StrAppend(&text, ":", at.line);
  if (!path.empty()) absl::StrAppend(&text, ": ", path);
  return {at.line, absl::StrCat(text, ": ", what)};
}

std::vector<std::string> Problems::Shown(const Lines& lines) {
  std::vector<std::string> out;
  for (const auto& [line, text] : lines) {
    if (out.size() == kMaxShown) {
      out.push_back(absl::StrCat("and ", lines.size() - kMaxShown, " more"));
      break;
    }
    out.push_back(text);
  }
  return out;
}

void Problems::Error(Position at, absl::string_view path, absl::string_view what) {
  failed_.emplace(path);
  errors_.insert(At(at, path, what));
}

void Problems::Warning(Position at, absl::string_view path, absl::string_view what) {
  warnings_.insert(At(at, path, what));
}

absl::Status Problems::status() const {
  if (errors_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(Shown(errors_), "\n"));
}

}  // namespace holdfast

#include "core/policy/problems.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace holdfast {
namespace {

constexpr size_t kMaxShown = 50;

}  // namespace

std::string Problems::Place(Position at) const {
  const auto layer = static_cast<size_t>(at.layer);
  std::string text = layer < sources_.size() ? sources_[layer] : "policy";
  if (at.line > 0) absl::StrAppend(&text, ":", at.line);
  return text;
}

std::string Problems::Text(const Problem& problem) const {
  return absl::StrCat(Place(problem.at), problem.path.empty() ? "" : ": ", problem.path, ": ", problem.what);
}

std::vector<std::string> Problems::Shown(bool errors) const {
  std::vector<std::string> out;
  size_t more = 0;
  for (const auto& [place, problem] : problems_) {
    if (problem.error != errors) continue;
    if (out.size() < kMaxShown) {
      out.push_back(Text(problem));
    } else {
      ++more;
    }
  }
  if (more > 0) out.push_back(absl::StrCat("and ", more, " more"));
  return out;
}

void Problems::Error(Position at, absl::string_view path, absl::string_view what) {
  failed_.emplace(path);
  problems_.emplace(std::pair(at.layer, at.line), Problem{true, at, std::string(path), std::string(what)});
}

void Problems::Warning(Position at, absl::string_view path, absl::string_view what) {
  problems_.emplace(std::pair(at.layer, at.line), Problem{false, at, std::string(path), std::string(what)});
}

std::vector<std::string> Problems::Warnings() const {
  return Shown(false);
}

std::vector<Problem> Problems::All() const {
  std::vector<Problem> all;
  for (const auto& [place, problem] : problems_) all.push_back(problem);
  return all;
}

absl::Status Problems::status() const {
  const std::vector<std::string> errors = Shown(true);
  if (errors.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
}

}  // namespace holdfast

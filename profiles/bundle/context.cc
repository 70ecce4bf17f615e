#include "profiles/bundle/context.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace holdfast::bundle {
namespace {

// The line of the deepest value of the path that is there. Identifiers have dots of their own, so what is
// left of the path is tried whole first.
uint32_t LineOf(const plist::Value& value, absl::string_view path) {
  if (path.empty()) return value.line();
  if (const plist::Value* whole = value.Find(path)) return whole->line();
  const std::pair<absl::string_view, absl::string_view> split = absl::StrSplit(path, absl::MaxSplits('.', 1));
  const plist::Value* next = value.Find(split.first);
  return next != nullptr ? LineOf(*next, split.second) : value.line();
}

}  // namespace

std::vector<const Bundle*> Context::Inside(const Bundle& bundle, Kind kind) const {
  std::vector<const Bundle*> out;
  for (const Bundle& other : bundles_) {
    if (other.kind == kind && absl::StartsWith(other.path, absl::StrCat(bundle.path, "/")))
      out.push_back(&other);
  }
  return out;
}

lint::Finding& Context::InInfo(const lint::Rule& rule, const Bundle& bundle, absl::string_view key,
                               std::string what, std::string fix) {
  return Add(rule, bundle, {bundle.info_path, LineOf(bundle.info, key), std::string(key)}, std::move(what),
             std::move(fix));
}

lint::Finding& Context::InProgram(const lint::Rule& rule, const Bundle& bundle, absl::string_view key,
                                  std::string what, std::string fix) {
  return Add(rule, bundle,
             {bundle.program_path.empty() ? bundle.path : bundle.program_path, 0, std::string(key)},
             std::move(what), std::move(fix));
}

lint::Finding& Context::Add(const lint::Rule& rule, const Bundle& bundle, lint::Place place, std::string what,
                            std::string fix) {
  lint::Finding finding;
  finding.rule = &rule;
  finding.severity = rule.severity;
  finding.place = std::move(place);
  finding.profile = bundle.Identifier();
  finding.subject = bundle.Subject();
  finding.what = std::move(what);
  finding.fix = fix.empty() ? std::string(rule.fix) : std::move(fix);
  return Put(std::move(finding));
}

lint::Finding& Context::Add(const lint::Rule& rule, const std::string& path, std::string what) {
  lint::Finding finding;
  finding.rule = &rule;
  finding.severity = rule.severity;
  finding.place.file = path;
  finding.subject = absl::StrCat("folder '", tree_.top(), "'");
  finding.what = std::move(what);
  finding.fix = std::string(rule.fix);
  return Put(std::move(finding));
}

lint::Finding& Context::Put(lint::Finding finding) {
  const auto told = std::find_if(findings_.begin(), findings_.end(), [&](const lint::Finding& other) {
    return other.rule == finding.rule && other.place == finding.place && other.what == finding.what;
  });
  if (told != findings_.end()) return *told;
  return findings_.emplace_back(std::move(finding));
}

}  // namespace holdfast::bundle

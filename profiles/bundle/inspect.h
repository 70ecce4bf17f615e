// Everything in an app, an extension or a folder that will break a Network Extension provider on a Mac, found
// before it is deployed, on any system. Nothing is run and nothing outside of the folder is read.
// Thread-safe: no state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "profiles/bundle/bundle.h"
#include "profiles/lint/finding.h"
#include "profiles/lint/macos_version.h"
#include "profiles/lint/rule.h"

namespace holdfast::bundle {

struct Options {
  std::optional<lint::MacOsVersion> target;  // the oldest macOS on which it must work
  int64_t now = 0;                           // Unix seconds, for what expires; 0: dates do not matter
};

struct Inspection {
  std::vector<Bundle> bundles;          // a bundle comes before what lies in it
  std::vector<lint::Finding> findings;  // in the order of reading
};

// `path`: an app, an extension, or any folder. NOT_FOUND when there is nothing, INVALID_ARGUMENT when it is
// no folder or no bundle is in it.
absl::StatusOr<Inspection> Inspect(const std::string& path, const Options& options);

// All rules, for documents and reports.
absl::Span<const lint::RuleGroup* const> RuleGroups();

}  // namespace holdfast::bundle

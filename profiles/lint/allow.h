// Findings that somebody accepts, each with a reason: in the profile itself, as a comment
//   <!-- holdfast-lint: allow proxy-order-zero key-unknown: our vendor wants it so (ticket 4711) -->
// or, for files that cannot have comments, in a list beside them. Silenced findings stay in the report.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/lint/finding.h"
#include "profiles/lint/rules/rules.h"

namespace holdfast::lint {

struct Allowed {
  std::string rule;
  std::string reason;
  std::string files;  // a shell pattern for the file's name or path; empty: all
  Place place;        // where this is written
};

struct AllowList {
  std::vector<Allowed> entries;
};

// YAML: a map `allow` with a list of maps {rule, reason, files}. INVALID_ARGUMENT with line and key for
// anything else, an unknown rule, or an empty reason.
absl::StatusOr<AllowList> ParseAllowList(absl::string_view text, absl::string_view source);

// Marks what is allowed. Adds findings for a comment without a reason or of an unknown rule, which silences
// nothing, and for one that silences nothing any more.
void Silence(const Fleet& fleet, const AllowList& list, std::vector<Finding>& findings);

const RuleGroup& AllowRules();

}  // namespace holdfast::lint

// Everything that is wrong with configuration profiles, before they are on a Mac. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "profiles/lint/allow.h"
#include "profiles/lint/context.h"
#include "profiles/lint/finding.h"
#include "profiles/mobileconfig/profile.h"

namespace holdfast::lint {

struct Report {
  std::vector<Finding> findings;  // as ReadsBefore sorts them; those that are silenced among them
  size_t files = 0;

  // Of those that are not silenced.
  size_t Count(Severity severity) const;
  size_t silenced() const;
};

// The rules of one file, for each. `together`: also those of all as one Mac's, with the profiles `beside`
// them: of these is told only what would not be found without `profiles`.
Report Check(absl::Span<const profiles::Profile> profiles, const Options& options, bool together,
             const AllowList& allowed = {}, absl::Span<const profiles::Profile> beside = {});

// Of that what comes from the rules of all as one Mac's. Outlines are enough for it, of either.
std::vector<Finding> CheckTogether(absl::Span<const profiles::Profile> profiles, const Options& options,
                                   absl::Span<const profiles::Profile> beside = {});

// All groups of rules for profiles, in the order of the documentation.
absl::Span<const RuleGroup* const> RuleGroups();
// Null when there is none.
const Rule* FindRule(absl::string_view id);

}  // namespace holdfast::lint

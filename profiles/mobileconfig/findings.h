// The flaws that the reader of profiles names. One table holds every code with its remedy; documentation and
// tests read it too.
#pragma once

#include <vector>

#include "absl/strings/string_view.h"
#include "profiles/mobileconfig/profile.h"

namespace holdfast::profiles {

struct FindingKind {
  absl::string_view code;
  absl::string_view remedy;  // what to do, as an imperative clause
};

const std::vector<FindingKind>& FindingKinds();

// Adds "SUBJECT: EVIDENCE; REMEDY". `code` is one of the table's.
void AddFinding(Profile& profile, absl::string_view code, absl::string_view subject,
                absl::string_view evidence);

}  // namespace holdfast::profiles

// A lint rule: everything that is said of it anywhere, on a terminal, in SARIF and in docs/lint, comes from
// here. Constant data.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace holdfast::lint {

// An error stops something from working or installing; a warning is a risk or refused by some server; an info
// is worth knowing. Numbers are for comparison.
enum class Severity { kInfo = 0, kWarning = 1, kError = 2 };

// "error", "warning", "info".
absl::string_view SeverityName(Severity severity);

struct Rule {
  absl::string_view id;  // "proxy-order-equal": never renamed, scripts and silenced findings hold it
  Severity severity = Severity::kWarning;
  absl::string_view title;      // what it finds, in one sentence without a full stop
  absl::string_view why;        // what happens on a Mac
  absl::string_view fix;        // what to do, as an imperative clause
  absl::string_view reference;  // where the fact comes from
};

// A set of rules that are documented together.
struct RuleGroup {
  absl::string_view name;   // "transparent-proxies"
  absl::string_view title;  // "Transparent proxies and their order"
  absl::Span<const Rule* const> rules;
  bool can_be_allowed = true;  // with a reason, in the file or in a list
};

}  // namespace holdfast::lint

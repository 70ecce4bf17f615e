// The one registry of incidents: names are stable identifiers of storage, protocol, console and documents.
// docs/incidents is generated from it; a help desk reads nothing else.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace holdfast {

enum class Severity { kInfo, kWarning, kError, kCritical };
absl::string_view SeverityName(Severity severity);  // "warning"

struct IncidentKind {
  absl::string_view name;
  Severity severity;
  absl::string_view title;
  absl::string_view opens;      // the rule, in words
  absl::string_view closes;     // the rule
  absl::string_view evidence;   // what the finding rests on
  absl::string_view by_itself;  // what Holdfast does about it without being asked
  absl::string_view remedy;     // what a person should do, in a sentence or two
  absl::string_view steps;      // the same for a help desk: one step a line, with commands in `backquotes`
  absl::string_view escalate;   // what to send to whom when the steps did not help
  // Empty: a scenario of tests/simulation/scenarios shows it. Else it is noticed by the server, the uplink or
  // the journal, and a test there shows it: "tests/FILE: Suite.Name".
  absl::string_view proved_by = "";
};

// All kinds, sorted by name.
absl::Span<const IncidentKind> IncidentKinds();
// nullptr for a name that is not registered.
const IncidentKind* FindIncidentKind(absl::string_view name);

}  // namespace holdfast

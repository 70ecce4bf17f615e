// The one registry of incidents: names are stable identifiers of storage, protocol, console and documents.
// docs/incidents is generated from it.
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
  absl::string_view evidence;  // what the finding rests on
  absl::string_view remedy;    // what a person should do
};

// All kinds, sorted by name.
absl::Span<const IncidentKind> IncidentKinds();
// nullptr for a name that is not registered.
const IncidentKind* FindIncidentKind(absl::string_view name);

}  // namespace holdfast

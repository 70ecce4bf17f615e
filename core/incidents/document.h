// Renders the registry as Markdown for docs/incidents.
#pragma once

#include <string>

#include "core/incidents/registry.h"

namespace holdfast {

std::string IncidentDocument(const IncidentKind& kind);  // docs/incidents/NAME.md
std::string IncidentIndex();                             // docs/incidents/README.md

}  // namespace holdfast

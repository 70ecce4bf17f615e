// The phases of a service as a diagram and a table for docs/engine.md.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace holdfast::engine {

std::string PhaseDoc();

// `document` with what stands between its markers replaced by PhaseDoc(); empty when a marker is missing.
std::string WithPhaseDoc(absl::string_view document);

}  // namespace holdfast::engine

// What reports and audits stand on.
#pragma once

#include "core/event/event.h"

namespace holdfast {

// Verdicts, incidents, overrides, suspensions, spent codes, wrong credentials: where rows must go, these go
// last. Pure.
bool IsEvidence(RowKind kind);

}  // namespace holdfast

// What stands between a service and our next start of it (backoff, circuit, failures in a row) as rows, so
// that a restart of the agent can neither shorten a backoff nor close a circuit.
#pragma once

#include "core/engine/state.h"

namespace holdfast::engine {

// Records it when it differs from what the last row says. What has run out by itself is no difference.
void RecordPace(Turn& turn, Service& service);

// From the newest row of an earlier run, `began` on this boot's clock: what is left of it holds.
void RestorePace(Service& service, const RetryState& row, MonoTime began, MonoTime now);

}  // namespace holdfast::engine

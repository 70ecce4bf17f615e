// What happens on a swarm's Macs: rows in the proportions in which they occur, for load and benches.
#pragma once

#include "base/ids.h"
#include "core/event/event.h"

namespace holdfast::swarm {

// The `number`th thing in a device's life: mostly sessions and probes, a change of verdict every tenth, an
// incident every 250th that closes thirty later. Equal numbers give equal events.
Event EventNumber(uint64_t number, const Uuid& service);

}  // namespace holdfast::swarm

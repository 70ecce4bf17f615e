// The other side of the simulated Mac's library: how a test or a simulation drives it. Exported with C names
// from holdfast_ne_double, which is never installed and never linked: it is loaded by path.
#pragma once

#include "base/ids.h"
#include "sim/darwin/port.h"

// X(name, result, (parameters))
#define HOLDFAST_DOUBLE_FUNCTIONS(X)                                                                     \
  /* What this thread calls from now on happens on that Mac; nullptr: on none. */                        \
  X(holdfast_double_enter, void, (holdfast::sim::DarwinPort * port))                                     \
  /* The manager's word to the process that a status changed, or was looked at again. */                 \
  X(holdfast_double_status, void, (holdfast::sim::DarwinPort * port, const holdfast::Uuid& service))     \
  X(holdfast_double_manager_died, void, (holdfast::sim::DarwinPort * port))                              \
  X(holdfast_double_manager_came, void, (holdfast::sim::DarwinPort * port))                              \
  /* The process is dead: nothing that is queued in it runs, and the manager forgets it. Also before the \
     port dies. */                                                                                       \
  X(holdfast_double_forget, void, (holdfast::sim::DarwinPort * port))                                    \
  /* Objects that are alive, in all processes: "sessions", "objects", "queues", "registrations". */      \
  X(holdfast_double_alive, int, (const char* kind))

extern "C" {
#define X(name, result, parameters) result name parameters;
HOLDFAST_DOUBLE_FUNCTIONS(X)
#undef X
}

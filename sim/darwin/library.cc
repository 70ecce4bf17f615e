#include "sim/darwin/library.h"

#include <cstring>

#include "sim/darwin/export.h"
#include "sim/darwin/process.h"
#include "sim/darwin/xpc.h"

using holdfast::sim::DarwinPort;
using holdfast::sim::Process;

HOLDFAST_EXPORT void holdfast_double_enter(DarwinPort* port) {
  holdfast::sim::EnterMac(port);
}

HOLDFAST_EXPORT void holdfast_double_status(DarwinPort* port, const holdfast::Uuid& service) {
  if (const auto process = Process::Find(port)) process->StatusChanged(service);
}

HOLDFAST_EXPORT void holdfast_double_manager_died(DarwinPort* port) {
  if (const auto process = Process::Find(port)) process->ManagerDied();
}

HOLDFAST_EXPORT void holdfast_double_manager_came(DarwinPort* port) {
  if (const auto process = Process::Find(port)) process->ManagerCame();
}

HOLDFAST_EXPORT void holdfast_double_forget(DarwinPort* port) {
  Process::Forget(port);
}

HOLDFAST_EXPORT int holdfast_double_alive(const char* kind) {
  if (std::strcmp(kind, "sessions") == 0) return holdfast::sim::Sessions().alive;
  if (std::strcmp(kind, "objects") == 0) return holdfast::sim::Objects().alive;
  if (std::strcmp(kind, "queues") == 0) return holdfast::sim::Queues().alive;
  holdfast::sim::Violation("there is no count of that kind");
}

// holdfastd: the one place where its object graph is built.
#pragma once

#include "agent/daemon/flags.h"

namespace holdfast::agent {

// Runs until a signal stops it. The result is the process's exit code; what went wrong was logged.
int RunDaemon(const Flags& flags);

}  // namespace holdfast::agent

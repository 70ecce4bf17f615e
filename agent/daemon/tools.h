// What holdfastd does beside being a daemon: it prints and exits.
#pragma once

#include "agent/daemon/flags.h"

namespace holdfast::agent {

// Prints warnings and problems of a policy file.
int CheckPolicyFile(const Flags& flags);
// Prints "EPOCH SEQ HASH KIND" of each row in the journal, a daemon running or not.
int DumpRows(const Flags& flags);

}  // namespace holdfast::agent

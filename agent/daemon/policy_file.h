// The local policy on disk.
#pragma once

#include <string>

#include "agent/daemon/machine.h"
#include "agent/daemon/policy_stack.h"

namespace holdfast::agent {

// The file's bytes, and whether an administrator of this machine alone can have written them: it belongs to
// root or to the daemon's own user, and nobody else may write it.
PolicyFile ReadPolicyFile(const std::string& path);
// This machine's managed preferences, which need not be there.
PolicyFile ReadManagedPreferences(Machine& machine);

}  // namespace holdfast::agent

// The daemon's part of agent/doctor/rehearsal.h: which builds, which process.
#pragma once

#include "absl/status/status.h"
#include "agent/daemon/flags.h"
#include "agent/platform/state_files.h"

namespace holdfast::agent {

// Whether a Mac's session interface may be called, as doctor::Rehearse has it. OK at once where there is
// none.
absl::Status RehearseSessions(const Flags& flags, platform::StateFiles& files);

// What the child process does: makes the calls, tells on standard output, and gives the exit code.
int RunSessionRehearsal(const Flags& flags);

}  // namespace holdfast::agent

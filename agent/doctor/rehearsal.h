// Whether the private session interface may be called on this OS build. It is first called in a process of
// its own: what has changed under its name crashes there, and is not called again until the build is another
// one.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "agent/doctor/child.h"
#include "agent/platform/state_files.h"

namespace holdfast::doctor {

// Makes each call once, in a child process.
using RunRehearsal = std::function<ChildReport()>;

// OK: it may be called. FAILED_PRECONDITION: a child crashed, or did not come back; the message says where.
// The answer is kept in `files` for `build` (of the OS and of this program: another version calls otherwise),
// and `run` is called for a build without one. An answer that cannot be kept is asked for again; a child that
// could not be started proves nothing, and nothing is kept.
absl::Status Rehearse(platform::StateFiles& files, const std::string& build, const RunRehearsal& run);

}  // namespace holdfast::doctor

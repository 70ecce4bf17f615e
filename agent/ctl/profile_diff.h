// holdfastctl profile diff: about files, on any machine, without a daemon.
#pragma once

#include <string>

#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"

namespace holdfast::ctl {

// What the second profile or declaration changes of the first, by meaning, and what that does on a Mac.
// FAILED when they differ (nothing more is printed on the error stream); USAGE when one of them cannot be
// read.
Failure DiffProfiles(const std::string& before, const std::string& after, bool json, const Io& io);

}  // namespace holdfast::ctl

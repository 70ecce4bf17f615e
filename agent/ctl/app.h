// holdfastctl's command line.
#pragma once

#include <string>
#include <vector>

#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"

namespace holdfast::ctl {

// Runs one command line (without the program's name). Errors go to io.err.
ExitCode Run(const std::vector<std::string>& arguments, const Io& io);

}  // namespace holdfast::ctl

// holdfastctl parse: what a customer's paste says, by the readers that the agent itself uses.
#pragma once

#include <string>

#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"

namespace holdfast::ctl {

struct ParseOptions {
  std::string kind;  // a name of parse::KindNames()
  std::string file;  // "-": standard input
};

// Needs no daemon. kUsage when the file cannot be read; kFailed when it is empty or of another kind.
Failure ParseFile(const ParseOptions& options, bool json, const Io& io);

}  // namespace holdfast::ctl

// holdfastctl explain: who would carry a program's traffic to a destination.
#pragma once

#include <functional>
#include <string>

#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"
#include "holdfast/v1/local_control.pb.h"

namespace holdfast::ctl {

struct ExplainOptions {
  std::string app, host;
  std::string preferences;  // a file of any Mac; then no daemon is asked
};

// `ask` asks the daemon. kUsage for a destination that is none, or a file that cannot be read.
Failure Explain(const ExplainOptions& options, bool json,
                const std::function<Failure(v1::GetStatusResponse*)>& ask, const Io& io);

}  // namespace holdfast::ctl

// holdfastctl policy replay: what a draft would have done to what this machine recorded.
#pragma once

#include <string>

#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"
#include "core/replay/replay.h"

namespace holdfast::ctl {

struct ReplayOptions {
  std::string draft;    // file with the policy to try
  std::string journal;  // file; empty: this machine's
  std::string since;    // empty: from the first start of the agent that is recorded
};

// Reads the journal as any reader does: the daemon may be running.
Failure PolicyReplay(const ReplayOptions& options, bool json, const Io& io);

std::string RenderReplay(const replay::Report& report, const Io& io);
absl::StatusOr<std::string> ReplayJson(const replay::Report& report);

}  // namespace holdfast::ctl

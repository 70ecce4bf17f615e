// holdfastctl history export, history verify
#pragma once

#include <string>

#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"

namespace holdfast::ctl {

// The whole journal; to standard output when `file` is empty or "-".
Failure ExportHistoryFile(const std::string& journal, const std::string& file, const Io& io);
// Such a file ("-": standard input), on any machine.
Failure VerifyHistoryFile(const std::string& file, bool json, const Io& io);

}  // namespace holdfast::ctl

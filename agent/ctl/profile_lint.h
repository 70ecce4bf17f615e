// holdfastctl profile lint and profile rules: what is wrong with configuration profiles, on any machine.
#pragma once

#include <string>
#include <vector>

#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"

namespace holdfast::ctl {

struct ProfileLintOptions {
  std::vector<std::string> paths;  // files and folders
  std::string target;              // a version of macOS, or empty
  std::string allowed;             // a file with accepted findings, or empty
  bool fleet = false, manual = false, strict = false, verbose = false, sarif = false;
  int64_t now = 0;  // Unix seconds
};

// kFailed when there are errors; with `strict` also for warnings. kUsage for a path that is not there, a
// target that is none, or a list of accepted findings that cannot be read.
Failure LintProfiles(const ProfileLintOptions& options, bool json, const Io& io);

// Every rule in a line, or all that is known of the one named. kUsage when there is none of that name.
Failure ShowLintRules(const std::string& id, const Io& io);

}  // namespace holdfast::ctl

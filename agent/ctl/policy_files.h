// `policy lint` and `policy diff`: about files, on any machine, without a daemon.
#pragma once

#include <string>
#include <vector>

#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"

namespace holdfast::ctl {

struct LintOptions {
  std::vector<std::string> files;
  bool strict = false;  // a warning fails too
};

// Every problem of every file. FAILED when there is one that rejects a policy; USAGE when a file cannot be
// read.
Failure LintPolicies(const Io& io, bool json, const LintOptions& options);

// What the second file changes of the first, by meaning. FAILED when they differ (nothing more is printed on
// the error stream); USAGE when one of them cannot be read or is no valid policy.
Failure DiffPolicyFiles(const Io& io, bool json, const std::string& before, const std::string& after);

}  // namespace holdfast::ctl

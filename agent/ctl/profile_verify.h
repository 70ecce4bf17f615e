// holdfastctl profile verify: what is installed against what is wanted. Needs no daemon.
#pragma once

#include <string>
#include <vector>

#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"

namespace holdfast::ctl {

struct VerifyOptions {
  std::vector<std::string> wanted;  // profiles and declarations
  std::string installed;            // what `profiles show -output stdout-xml` printed; empty: it is asked
  std::string preferences;          // a Mac's com.apple.networkextension.plist: who made what; may be empty
};

// FAILED when something is missing, differs, cannot be told or collides (nothing more is printed on the error
// stream); USAGE when a file cannot be read or this machine has no `profiles`.
Failure VerifyProfiles(const VerifyOptions& options, bool json, const Io& io);

}  // namespace holdfast::ctl

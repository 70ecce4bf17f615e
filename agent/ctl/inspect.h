// holdfastctl inspect: what will break a Network Extension provider on a Mac, seen in its app or extension.
#pragma once

#include <cstdint>
#include <string>

#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"

namespace holdfast::ctl {

struct InspectOptions {
  std::string path;    // an app, an extension, or any folder
  std::string target;  // the oldest macOS that it must work on, or empty
  bool strict = false, verbose = false;
  int64_t now = 0;  // Unix seconds
};

// Needs no daemon. kFailed when there are errors; with `strict` also for warnings. kUsage for a path that
// cannot be read or has no bundle, and for a target that is none.
Failure InspectBundles(const InspectOptions& options, bool json, const Io& io);

}  // namespace holdfast::ctl

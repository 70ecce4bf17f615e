// holdfastctl doctor: looks at everything on this machine that the agent rests on, read-only.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"

namespace holdfast::ctl {

struct DoctorOptions {
  std::string program;          // this program, to start probes in processes of their own
  std::string report;           // a file for the whole report; empty: none
  bool probe = false;           // this is such a process: it probes, and tells on standard output
  std::string session_library;  // a simulated Mac's, where there is no Mac; empty: this machine
  std::string without;          // a symbol that this library shall not have
};

// `agent`: the version of the daemon, or why it does not answer. kFailed when anything failed; what is only
// degraded does not.
Failure Doctor(const DoctorOptions& options, bool json, const absl::StatusOr<std::string>& agent,
               const Io& io);

}  // namespace holdfast::ctl

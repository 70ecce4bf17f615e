// holdfastctl profile generate: what a management server needs for Holdfast itself.
#pragma once

#include <string>
#include <vector>

#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"

namespace holdfast::ctl {

struct GenerateOptions {
  std::vector<std::string> kinds;  // names of profiles::GeneratedKinds()
  std::string output;              // a file; empty or "-": standard output
  std::string team_id, program;    // who signed: one of them, or neither
  std::string policy;              // a file in any spelling
  std::string launch_job, url;     // a launchd file, and where the Macs fetch it
  std::string organization, identifier;
};

// Needs no daemon. kFailed when a file cannot be read, something that a kind needs is not given, or nothing
// can be generated for the program's signature or the policy; the message says which.
Failure GenerateProfile(const GenerateOptions& options, const Io& io);

}  // namespace holdfast::ctl

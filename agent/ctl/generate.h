// holdfastctl profile generate: what a management server needs for Holdfast itself, by kind, and a fleet's
// profiles from a spec (docs/profiles.md).
#pragma once

#include <string>
#include <vector>

#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"

namespace holdfast::ctl {

struct GenerateOptions {
  std::vector<std::string> what;  // names of profiles::GeneratedKinds(), or one spec
  std::string output;             // a file; a folder for several; empty or "-": standard output
  std::string team_id, program;   // who signed: one of them, or neither
  std::string policy;             // a file in any spelling
  std::string launch_job, url;    // a launchd file, and where the Macs fetch it
  std::string organization, identifier;
  std::string form;                     // "profile", "declaration" or empty
  std::string certificate, key, chain;  // PEM files to sign profiles with; all but the chain or none
};

// A spec is known by its name.
bool IsSpecFile(const std::string& word);

// Needs no daemon. kFailed when a file cannot be read, something that a kind needs is not given, or nothing
// can be generated for the program's signature, the policy or the spec; the message says which. Then nothing
// is written. kUsage for options that do not go together.
Failure GenerateProfile(const GenerateOptions& options, const Io& io);

}  // namespace holdfast::ctl

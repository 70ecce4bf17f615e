// Runs a probe in a child process: its crash is a finding, not the end of doctor.
#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/doctor/finding.h"

namespace holdfast::doctor {

enum class ChildEnd { kWell, kFailed, kCrashed, kTookTooLong, kNotStarted };

struct ChildReport {
  std::vector<Finding> findings;
  ChildEnd end = ChildEnd::kWell;
};

// Starts `arguments` (a program's path first) and reads findings, a line each, from its standard output. What
// it told before it crashed, was killed for taking longer than `limit`, or ended with another status than 0
// is kept, and a last finding, of the group `group`, says what became of it.
ChildReport RunChild(const std::vector<std::string>& arguments, absl::Duration limit,
                     const std::string& group);

}  // namespace holdfast::doctor

// Runs a program of this machine to its end and keeps what it printed.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace holdfast::platform {

struct ProgramEnd {
  std::string out;      // its standard output, a megabyte at most; its standard error is ours
  bool in_time = true;  // no: it was killed
  int status = 0;       // as waitpid gives it
  // It ended by itself, with status 0.
  bool ok() const { return in_time && status == 0; }
};

struct StartedProgram {
  pid_t pid = -1;
  int out = -1;  // its standard output; the caller closes it, and waits for the process
};
// NOT_FOUND when it cannot be started. Its input is empty. Any thread.
absl::StatusOr<StartedProgram> StartProgram(const std::vector<std::string>& arguments);

// Blocks for `limit` at most. `arguments`: the program first, found in PATH when it has no slash. NOT_FOUND
// when it cannot be started. Any thread.
absl::StatusOr<ProgramEnd> RunProgram(const std::vector<std::string>& arguments, absl::Duration limit);

// The same for who wants what it printed alone: UNAVAILABLE when it failed, DEADLINE_EXCEEDED when it was
// killed.
absl::StatusOr<std::string> OutputOf(const std::vector<std::string>& arguments, absl::Duration limit);

}  // namespace holdfast::platform

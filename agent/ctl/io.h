// What a command line sees of the world, so that tests can be the world.
#pragma once

#include <functional>
#include <istream>
#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "base/text/terminal.h"

namespace holdfast::ctl {

struct Io {
  std::ostream& out;
  std::ostream& err;
  text::Terminal terminal;
  absl::TimeZone zone;
  // Waits between two looks of `--follow`; false ends it.
  std::function<bool(absl::Duration)> wait;
  // One line that nobody else sees: a passcode.
  std::function<std::string()> secret = nullptr;
  // Standard input, for files named "-".
  std::istream* in = nullptr;
  // This program, as it was started.
  std::string program = "holdfastctl";
};

}  // namespace holdfast::ctl

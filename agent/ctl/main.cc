// holdfastctl: what anybody on the machine may ask the agent, and what its user may tell it.
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "agent/ctl/app.h"
#include "base/text/secret.h"

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_DFL);  // `holdfastctl history | head` ends quietly
  const holdfast::ctl::Io io{std::cout,
                             std::cerr,
                             holdfast::text::TerminalOf(STDOUT_FILENO, ::getenv),
                             absl::LocalTimeZone(),
                             [](absl::Duration d) {
                               absl::SleepFor(d);
                               return true;
                             },
                             [] { return holdfast::text::ReadSecret("Passcode: "); },
                             &std::cin,
                             argv[0]};
  return static_cast<int>(holdfast::ctl::Run(std::vector<std::string>(argv + 1, argv + argc), io));
}

// One thing to do to a simulated Mac: a verb and its arguments, the same in a scenario's steps and in a line
// of text.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sim/clock_control.h"
#include "sim/simulated_mac.h"

namespace holdfast::sim {

struct Command {
  std::string verb;
  std::vector<std::string> arguments;  // in the order of the verb's parameters; trailing ones may be missing
  friend bool operator==(const Command&, const Command&) = default;
};

// What commands act on.
struct Stage {
  SimulatedMac& mac;
  ClockControl* clock = nullptr;  // null: the clock stays as it is
  std::string folder = ".";       // relative paths of profiles start here
};

struct Verb {
  absl::string_view name;
  // In order; one in [] may be missing.
  std::vector<absl::string_view> parameters;
  absl::string_view does;  // for the help text
  absl::StatusOr<std::string> (*run)(Stage& stage, const Command& command);
};

const std::vector<Verb>& Verbs();
// INVALID_ARGUMENT lists the verbs there are.
absl::StatusOr<const Verb*> FindVerb(absl::string_view name);

// Words are parted by blanks; "double quotes" keep a blank. A verb with one parameter takes the whole rest of
// the line. Checks the verb and the number of arguments.
absl::StatusOr<Command> ParseCommand(absl::string_view line);
// "gateway HOST MODE"
std::string Usage(const Verb& verb);
// Too few or too many arguments.
absl::Status CheckArguments(const Verb& verb, const Command& command);

// Does it. The answer is one line.
absl::StatusOr<std::string> Run(Stage& stage, const Command& command);

// Reads lines for one stage. Runs on the Mac's executor.
class CommandInterpreter {
 public:
  explicit CommandInterpreter(Stage stage) : stage_(std::move(stage)) {}
  absl::StatusOr<std::string> Execute(absl::string_view line);
  absl::StatusOr<std::string> Execute(const Command& command) { return Run(stage_, command); }
  // "ok: ..." or "error: ...", one line.
  std::string Answer(absl::string_view line);

 private:
  Stage stage_;
};

}  // namespace holdfast::sim
